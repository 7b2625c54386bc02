"""Many files: none is lost, and the results do not depend on how the work was shared."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dbos_lint import linter, runner, workers
from dbos_lint.configuration import Configuration
from dbos_lint.diagnostic import Diagnostic, Position
from dbos_lint.linter import FileResult
from dbos_lint.rules.registry import RULES
from dbos_lint.runner import RunResult, run, run_stdin
from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.program import Program
from dbos_lint.serial import Linter, Task
from dbos_lint.settings import Settings


def fake(source: bytes, filename: str, settings: Settings, **options: object) -> FileResult:
    """A linter that finds the word BAD, counts words, and has a fault and a way to die."""
    if b"RAISE" in source:
        return linter.broken(filename, settings, RuntimeError("a fault"))
    if b"DIE" in source:
        os._exit(7)
    start = source.find(b"BAD")
    found = (
        ()
        if start < 0
        else (Diagnostic(RULES["DBS201"], filename, Position(1, start + 1), Position(1, start + 4), "m"),)
    )
    return FileResult(
        filename, found, suppressed=source.count(b"SUPPRESSED"), unresolved=(1,) * source.count(b"UNKNOWN")
    )


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(linter, "lint_source", fake)
    monkeypatch.setattr(workers, "_BYTES_PER_WORKER", 1)
    # One file names dbos: each of the others might import it, and is looked at.
    (tmp_path / "setup.py").write_text("# dbos", encoding="utf-8")
    return tmp_path


def lint(project: Path, *, jobs: int = 1, **files: str) -> RunResult:
    for name, text in files.items():
        (project / f"{name}.py").write_text(text, encoding="utf-8")
    return run([str(project)], Configuration(str(project)), jobs=jobs)


def summary(result: RunResult) -> dict[str, list[str]]:
    return {Path(file.filename).name: [found.message for found in file.diagnostics] for file in result.files}


def test_results_are_sorted_by_name_and_counted(project: Path) -> None:
    result = lint(project, b="BAD", a="SUPPRESSED UNKNOWN", c="UNKNOWN UNKNOWN BAD")
    assert summary(result) == {"a.py": [], "b.py": ["m"], "c.py": ["m"], "setup.py": []}
    assert [Path(file.filename).name for file in result.files] == ["a.py", "b.py", "c.py", "setup.py"]
    assert (result.suppressed, result.unresolved) == (1, 3)
    assert [found.filename for found in result.diagnostics] == [str(project / "b.py"), str(project / "c.py")]


def test_a_fault_of_the_linter_is_a_finding_of_its_file(project: Path) -> None:
    for jobs in (1, 2):
        result = lint(project, jobs=jobs, a="RAISE dbos", b="BAD dbos", c="dbos")
        assert summary(result) == {
            "a.py": [
                "file is not linted: dbos-lint itself failed on it (RuntimeError); "
                "please report this with the output of --debug"
            ],
            "b.py": ["m"],
            "c.py": [],
            "setup.py": [],
        }
        (crash,) = result.crashes
        assert crash.filename == str(project / "a.py")
        assert "RuntimeError: a fault" in crash.traceback


def test_what_is_known_of_a_project_is_kept_until_a_fault(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judging: list[tuple[Program, Analysis]] = []

    def watched(source: bytes, filename: str, settings: Settings, *, program: Program, **options: object) -> FileResult:
        judging.append((program, program.analysis))
        return fake(source, filename, settings)

    monkeypatch.setattr(linter, "lint_source", watched)
    lint(project, a="x", b="RAISE", c="x", d="x")
    assert len({program for program, _ in judging}) == 1
    a, b, c, d, setup = (analysis for _, analysis in judging)  # what names dbos last, by its size
    assert a is b
    assert b is not c
    assert c is d is setup


def test_the_smallest_files_come_first_and_projects_stay_together() -> None:
    one, two = Settings(root="/one"), Settings(root="/two")
    tasks = [
        Task("/one/a.py", one, 1),
        Task("/one/b.py", one, 2),
        Task("/one/c.py", one),
        Task("/two/a.py", two, 9),
        Task("/two/b.py", two, 3),
    ]
    results = Linter(tasks, {task.path: b"" for task in tasks}).files(tasks)
    assert [each.filename for each in results] == ["/one/c.py", "/one/a.py", "/one/b.py", "/two/b.py", "/two/a.py"]


@pytest.mark.parametrize(("room", "order"), [(0, "asker other asked"), (1000, "asker asked other")])
def test_a_file_whose_tree_found_no_room_comes_last(tmp_path: Path, room: int, order: str) -> None:
    root = tmp_path.resolve()
    settings = Settings(root=str(root))
    texts = {
        "asker": b"from dbos import DBOS\nfrom asked import f\n@DBOS.workflow()\ndef g(): f()\n",
        "asked": b"from dbos import DBOS\ndef f(): ...\n",
        "other": b"from dbos import DBOS\n",
    }
    for name, text in texts.items():
        (root / f"{name}.py").write_bytes(text)
    tasks = [Task(str(root / f"{name}.py"), settings, size) for size, name in enumerate(texts, 1)]
    each_file = Linter(tasks)
    each_file._program(settings).project._room = room
    assert [Path(each.filename).stem for each in each_file.files(tasks)] == order.split()


def test_garbage_is_looked_for_only_outside_of_linting(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    during = []

    def watched(source: bytes, filename: str, settings: Settings, **options: object) -> FileResult:
        during.append(gc.isenabled())
        return fake(source, filename, settings)

    monkeypatch.setattr(linter, "lint_source", watched)
    lint(project, a="x")
    assert set(during) == {False}
    assert gc.isenabled()


def test_a_file_that_vanishes_is_a_finding(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def discover(*arguments: object) -> runner.Discovery:
        return runner.Discovery((str(project / "gone.py"), str(project / "setup.py")))

    monkeypatch.setattr(runner, "discover", discover)
    for jobs in (1, 2):
        result = run([str(project)], Configuration(str(project)), jobs=jobs)
        assert summary(result) == {
            "gone.py": ["file is not linted: it cannot be read: No such file or directory"],
            "setup.py": [],
        }
        (found,) = result.diagnostics
        assert (found.code, found.start, found.end) == ("DBS001", Position(1, 1), Position(1, 1))


def test_what_discovery_could_not_read_is_a_finding(project: Path) -> None:
    (project / "loop.py").symlink_to(project / "loop.py")
    result = run([str(project / "loop.py")], Configuration(str(project)))
    assert [found.code for found in result.diagnostics] == ["DBS001"]


def test_unreadable_files_can_be_ignored_like_everything_else(project: Path) -> None:
    (project / "loop.py").symlink_to(project / "loop.py")
    (project / "dbos-lint.toml").write_text('per-file-ignores = {"loop.py" = ["DBS001"]}', encoding="utf-8")
    assert run([str(project / "loop.py")], Configuration(str(project))).diagnostics == ()


def test_standard_input_has_the_settings_of_the_name_it_is_given(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, str]] = []

    def watched(source: bytes, filename: str, settings: Settings, **options: object) -> FileResult:
        seen.append((filename, settings.dbos_version))
        return fake(source, filename, settings)

    monkeypatch.setattr(linter, "lint_source", watched)
    monkeypatch.chdir(project)
    (project / "lib").mkdir()
    (project / "lib" / "dbos-lint.toml").write_text('dbos-version = "2.2"', encoding="utf-8")
    result = run_stdin(b"BAD", "lib/new.py", Configuration(str(project)))
    assert seen == [(str(project / "lib" / "new.py"), "2.2")]
    assert [found.filename for found in result.diagnostics] == [str(project / "lib" / "new.py")]
    assert run_stdin(b"BAD", None, Configuration(str(project))).files[0].filename == "-"
    assert seen[1] == ("-", "3.4")


def test_every_processor_is_used_by_default() -> None:
    assert 1 <= runner.default_jobs() <= (os.cpu_count() or 1)


DURABLE = """
from dbos import DBOS

workflow = DBOS.workflow
"""
WRAPPED = """
import time

{imported}

@{workflow}()
def pay():
    return time.time()
"""


def grow(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def by_import(statement: str, workflow: str = "workflow") -> str:
    return WRAPPED.format(imported=statement, workflow=workflow)


FILLER = {f"other{number}.py": "x = 1\n" for number in range(3)}
PROJECTS: dict[str, dict[str, str]] = {
    "nothing names dbos": {
        "pyproject.toml": "",
        "a.py": by_import("from b import workflow"),
        "b.py": "workflow = print",
    },
    "by name": {"pyproject.toml": "", "app/__init__.py": "", "app/durable.py": DURABLE}
    | {"app/pay.py": by_import("from app.durable import workflow")},
    "relative": {"pyproject.toml": "", "app/__init__.py": "", "app/durable.py": DURABLE}
    | {"app/pay.py": by_import("from .durable import workflow")},
    "submodule": {"pyproject.toml": "", "app/__init__.py": "", "app/durable.py": DURABLE}
    | {
        "app/pay.py": by_import(
            "from app import (  # one of them is a module\n    x,\n    durable as d,\n)", "d.workflow"
        )
    },
    "sibling": {"pyproject.toml": "", "app/__init__.py": "", "app/durable.py": DURABLE}
    | {"app/pay.py": by_import("from . import durable", "durable.workflow")},
    "by way of others": {"pyproject.toml": "", "src/app/__init__.py": "from app.durable import *"}
    | {"src/app/durable.py": DURABLE, "tests/helpers.py": by_import("from app import workflow")},
    "cycle": {"pyproject.toml": "", "a.py": "from b import pay\nfrom c import *", "b.py": by_import("from a import *")}
    | {"c.py": "from a import pay\nfrom durable import workflow", "durable.py": DURABLE},
    "configured": {"pyproject.toml": '[tool.dbos-lint]\nworkflow-decorators = ["lib.flow"]'}
    | {"a.py": by_import("from lib import flow", "flow"), "b.py": by_import("import time", "other")},
    "excluded module": {"pyproject.toml": '[tool.dbos-lint]\nextend-exclude = ["durable.py"]'}
    | {"durable.py": DURABLE, "a.py": by_import("from durable import workflow")},
    "excluded folder": {"pyproject.toml": "", "dist/durable.py": DURABLE, "b.py": ""}
    | {"a.py": by_import("from dist.durable import workflow")},
    "excluded folder, no package": {"pyproject.toml": "", "dist/deep/er/durable.py": DURABLE}
    | {"a.py": by_import("from dist.deep.er import durable", "durable.workflow"), "b.py": by_import("from a import *")},
    "ignored by git": {"pyproject.toml": "", ".git/HEAD": "", ".gitignore": "durable.py\n", "durable.py": DURABLE}
    | {"a.py": by_import("from durable import workflow")},
    "nested": {"pyproject.toml": "", "one/setup.py": "", "one/durable.py": DURABLE, "two/setup.py": ""}
    | {
        "a.py": by_import("from one.durable import workflow"),
        "two/a.py": by_import("from one.durable import workflow"),
    },
    "nested in a package": {"pyproject.toml": "", "app/__init__.py": "", "app/durable.py": DURABLE}
    | {
        "app/sub/__init__.py": "",
        "app/sub/setup.py": "",
        "app/sub/pay.py": by_import("from ..durable import workflow"),
    },
    "nested, no package": {"app/durable.py": DURABLE, "app/sub/setup.py": ""}
    | {"app/sub/pay.py": by_import("from ..durable import workflow")},
    "sources elsewhere": {"work/pyproject.toml": '[tool.dbos-lint]\nsrc = ["../lib"]', "lib/durable.py": DURABLE}
    | {"work/a.py": by_import("from durable import workflow")},
    "followed": {"work/pyproject.toml": '[tool.dbos-lint]\nfollow = ["durable"]', "b.py": ""}
    | {"work/.venv/lib/python3.11/site-packages/durable.py": DURABLE, "work/a.py": by_import("from durable import *")},
    "no project": {"app/__init__.py": "", "app/durable.py": DURABLE, "app/pay.py": by_import("from .durable import *")}
    | {"lib/pay.py": by_import("from app.durable import workflow")},
}


@pytest.mark.parametrize("name", PROJECTS)
def test_a_run_finds_what_is_found_in_each_file_alone(tmp_path: Path, name: str) -> None:
    grow(tmp_path, PROJECTS[name] | FILLER)
    configuration = Configuration(str(tmp_path / "elsewhere"))
    folders = [path for path in tmp_path.rglob("*") if path.is_dir() and ".git" not in path.parts]
    files = list(tmp_path.rglob("*.py"))
    starts = [[tmp_path], *([folder] for folder in folders), folders, *([file] for file in files)]
    for start in starts:
        result = run(map(str, start), configuration)
        for file in result.files:
            source = Path(file.filename).read_bytes()
            assert file == linter.lint_source(source, file.filename, configuration.for_file(file.filename)), start


WITHOUT_FINDINGS = {"nothing names dbos", "nested, no package"}  # to Python, the latter is an error


@pytest.mark.parametrize("name", PROJECTS)
def test_files_that_never_name_dbos_are_judged_by_what_they_import(tmp_path: Path, name: str) -> None:
    """The projects above hold something to find: in each, a file that does not say so has a workflow."""
    grow(tmp_path, PROJECTS[name] | FILLER)
    result = run([str(tmp_path)], Configuration(str(tmp_path / "elsewhere")))
    quiet = [found for found in result.diagnostics if b"dbos" not in Path(found.filename).read_bytes().lower()]
    assert {found.code for found in quiet} == (set() if name in WITHOUT_FINDINGS else {"DBS201"})


def test_files_outside_of_the_root_are_judged_by_what_they_import(tmp_path: Path) -> None:
    grow(tmp_path, {"conf/dbos-lint.toml": "", "conf/x.py": "", "work/durable.py": DURABLE})
    grow(tmp_path, {"work/pay.py": by_import("from durable import workflow")})
    configuration = Configuration(str(tmp_path / "conf"), "dbos-lint.toml")
    result = run([str(tmp_path / "conf"), str(tmp_path / "work")], configuration)
    assert [found.code for found in result.diagnostics] == ["DBS201"]


def test_the_engine_is_loaded_only_for_files_that_may_concern_dbos(tmp_path: Path) -> None:
    program = (
        "import sys; from dbos_lint.configuration import Configuration; from dbos_lint.runner import run; "
        "run(['.'], Configuration('.')); print(any(name.startswith('dbos_lint.semantics') for name in sys.modules))"
    )

    def loads_engine() -> str:
        command = [sys.executable, "-c", program]
        return subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout.strip()

    grow(tmp_path, {"pyproject.toml": "", "a.py": "import b", "venv/lib/c.py": DURABLE, "build/web/d.js": ""})
    assert loads_engine() == "False"
    grow(tmp_path, {"b.py": "import venv.lib.c"})
    assert loads_engine() == "True"
    grow(tmp_path, {"b.py": "from dbos import DBOS"})
    assert loads_engine() == "True"


@pytest.mark.parametrize(
    ("folder", "is_engine"), [("dbos", True), ("dbos/cli", True), ("dbos/a/b", False), ("a", False)]
)
def test_the_engine_is_no_program_that_uses_it(tmp_path: Path, folder: str, is_engine: bool) -> None:
    """Its folder ``cli`` is no package."""
    for path in ("dbos/__init__.py", "dbos/_dbos.py", f"{folder}/tool.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")
    (tmp_path / folder / "tool.py").write_text(
        "import time\nfrom dbos import DBOS\n\n\n@DBOS.workflow()\ndef pay() -> float:\n    return time.time()\n"
    )
    result = run([str(tmp_path)], Configuration(str(tmp_path)))
    assert [bool(file.diagnostics) for file in result.files if file.filename.endswith("tool.py")] == [not is_engine]
