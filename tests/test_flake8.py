"""The flake8 plugin: its options, flake8's own selection and noqa, and the same findings as the library."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from dbos_lint.diagnostic import Level
from dbos_lint.flake8_plugin import Plugin
from dbos_lint.rules.registry import RULES
from dbos_lint.semantics import modules
from dbos_lint.semantics.collect import Collected
from dbos_lint.semantics.summary import Module
from dbos_lint.syntax.parse import Source
from tests.conftest import command, flake8

CLOCK = """\
import time

from dbos import DBOS


@DBOS.workflow()
def deadline() -> float:
    return time.time() + 60
"""
RECORDS = """\
import records
from dbos import DBOS


@DBOS.workflow()
def deadline() -> float:
    return records.stamp() + 60
"""
WRAPPED = """\
import time

from toolbox import durable


@durable
def deadline() -> float:
    return time.time() + 60
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path.resolve()


def run(project: Path, *arguments: str) -> list[str]:
    """``app.py:8: DBS201`` for each finding in the project, as flake8 reports them."""
    found = flake8(*arguments, str(project), base=project, output=project / "report.txt")
    return [str(finding.marker) for finding in found]


def spawn(project: Path, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flake8", "--select=DBS,E9", *arguments]
    return subprocess.run(command, cwd=project, input=stdin, capture_output=True, text=True, check=False)


def options(**given: str | list[str]) -> Namespace:
    """The options as flake8 parses them, of which only ``given`` are said."""
    names = ["version", "preset", "require_reason", "follow", "src", "extra_nondeterministic", "known_deterministic"]
    names += ["workflow_decorators", "step_decorators", "transaction_decorators"]
    unsaid: dict[str, object] = {f"dbos_{name}": None for name in names}
    return Namespace(**unsaid | {"disable_noqa": False, "filenames": ["."]} | given)


def write(project: Path, text: str, name: str = "app.py") -> Path:
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def with_comment(comment: str) -> str:
    return CLOCK.replace("+ 60", f"+ 60  {comment}")


def test_flake8_knows_the_plugin_without_being_told(project: Path) -> None:
    write(project, CLOCK)

    done = spawn(project)

    assert done.returncode == 1
    assert done.stdout.startswith("./app.py:8:12: DBS201 ")
    assert done.stdout.count("\n") == 1


def test_what_a_message_quotes_can_be_written_and_rules_no_terminal(project: Path) -> None:
    write(project, 'from dbos import DBOS\nDBOS(config={"name": "app", "\\ud800": 1, "\\x1b[2J": 2})\n')

    done = spawn(project)

    assert done.stderr == ""
    assert 'key "\ufffd"' in done.stdout
    assert 'key "\u241b[2J"' in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [["--extend-ignore=DBS2"], ["--ignore=DBS201"], ["--select=DBS3"], ["--per-file-ignores=app.py:DBS201"]],
)
def test_the_choice_of_rules_is_flake8s(project: Path, arguments: list[str]) -> None:
    write(project, CLOCK)

    assert run(project, *arguments) == []
    assert run(project, "--select=DBS201") == ["app.py:8: DBS201"]


def test_advice_is_reported_only_when_flake8_selects_it(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, "DBS201", RULES["DBS201"]._replace(level=Level.ADVICE))
    ignored: list[str] = []

    class Manager:
        def extend_default_ignore(self, codes: list[str]) -> None:
            ignored.extend(codes)

        def add_option(self, *arguments: object, **keywords: object) -> None: ...

    Plugin.add_options(Manager())

    assert "DBS201" in ignored
    assert ignored == [code for code, rule in RULES.items() if rule.level is Level.ADVICE or rule.preview]


@pytest.mark.parametrize("comment", ["# noqa", "# noqa: DBS201", "# noqa: dbs2"])
def test_disable_noqa_brings_findings_back(project: Path, comment: str) -> None:
    write(project, with_comment(comment))

    assert run(project) == []
    assert run(project, "--disable-noqa") == ["app.py:8: DBS201"]


def test_disable_noqa_leaves_our_own_comments_alone(project: Path) -> None:
    write(project, with_comment("# dbos-lint: ignore[DBS201] shown to people only"))

    assert run(project) == run(project, "--disable-noqa") == []


def test_noqa_counts_on_the_last_row_of_the_statement_as_in_the_command(project: Path) -> None:
    write(project, CLOCK.replace("time.time() + 60", "max(\n        time.time(),\n        60,\n    )  # noqa: DBS201"))

    assert run(project) == []
    assert run(project, "--disable-noqa") == ["app.py:9: DBS201"]


def test_a_reason_can_be_required(project: Path) -> None:
    path = write(project, with_comment("# dbos-lint: ignore[DBS201]"))

    assert run(project) == []
    assert run(project, "--dbos-require-reason") == ["app.py:8: DBS201"]
    path.write_text(with_comment("# dbos-lint: ignore[DBS201] shown only"), "utf-8")
    assert run(project, "--dbos-require-reason") == []


@pytest.mark.parametrize(
    ("source", "arguments", "fires"),
    [
        (RECORDS, [], False),
        (RECORDS, ["--dbos-extra-nondeterministic=other.call,records.*"], True),
        (CLOCK, ["--dbos-known-deterministic=time.time"], False),
        (WRAPPED, [], False),
        (WRAPPED, ["--dbos-workflow-decorators=toolbox.durable"], True),
    ],
)
def test_options_on_the_command_line(project: Path, source: str, arguments: list[str], fires: bool) -> None:
    write(project, source)

    assert bool(run(project, *arguments)) is fires


@pytest.mark.parametrize("name", ["setup.cfg", "tox.ini", ".flake8"])
def test_options_in_the_configuration_of_flake8(project: Path, name: str) -> None:
    write(project, RECORDS)
    write(project, "[flake8]\nselect = DBS\ndbos-extra-nondeterministic =\n    other.call,\n    records.stamp\n", name)

    assert "app.py:7:12: DBS" in spawn(project).stdout


def test_a_flag_in_the_configuration_of_flake8(project: Path) -> None:
    write(project, with_comment("# dbos-lint: ignore[DBS201]"))
    assert spawn(project).stdout == ""

    write(project, "[flake8]\ndbos-require-reason = true\n", ".flake8")

    assert "app.py:8:12: DBS201" in spawn(project).stdout


def test_every_option_reaches_the_settings_and_beats_the_project_file(project: Path) -> None:
    write(project, '[tool.dbos-lint]\ndbos-version = "2.31"\nsrc = ["lib"]\nfollow = ["toolbox"]\n', "pyproject.toml")
    Plugin.parse_options(
        options(
            dbos_version="3.2",
            dbos_preset="strict",
            dbos_extra_nondeterministic=["a.b"],
            dbos_known_deterministic=["c.d"],
            dbos_workflow_decorators=["e.f"],
            dbos_step_decorators=["g.h"],
            dbos_transaction_decorators=["i.j"],
            dbos_src=["."],
        )
    )
    settings = Plugin._settings(str(project / "app.py"))

    assert (settings.dbos_version, settings.src, settings.follow) == ("3.2", (".",), ("toolbox",))
    assert (settings.extra_nondeterministic, settings.known_deterministic) == (("a.b",), ("c.d",))
    assert settings.preset == "strict"
    assert settings.workflow_decorators + settings.step_decorators == ("e.f", "g.h")
    assert (settings.transaction_decorators, settings.require_reason) == (("i.j",), False)


def test_files_below_what_is_named_may_come(project: Path) -> None:
    Plugin.parse_options(options(filenames=["app.py", "lib"]))
    coming = ("app.py", "lib/util.py", "lib/deep/util.py")
    others = ("other.py", "library.py", "app.py.py", "deep/app.py")

    assert [name for name in (*coming, *others) if str(project / name) in Plugin._upcoming] == list(coming)


def test_the_project_file_is_read(project: Path) -> None:
    write(project, CLOCK)
    write(project, '[tool.dbos-lint]\nignore = ["DBS201"]\n', "pyproject.toml")

    assert run(project) == []


def test_a_wrong_version_is_said_in_one_line(project: Path) -> None:
    write(project, CLOCK)

    done = spawn(project, "--dbos-version=latest")

    assert done.returncode == 1
    assert "--dbos-version must be a version" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_a_wrong_project_file_is_said_in_one_line(project: Path) -> None:
    write(project, CLOCK)
    write(project, '[tool.dbos-lint]\nignroe = ["DBS201"]\n', "pyproject.toml")

    done = spawn(project)

    assert done.returncode == 1
    assert "unknown option 'ignroe'; did you mean 'ignore'?" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_stdin_takes_the_place_of_the_file_it_is_said_to_be(project: Path) -> None:
    write(project, "import time\n\nimport app\n\n\ndef stamp() -> float:\n    return time.time()\n", "shop/clock.py")
    source = CLOCK.replace("import time", "from shop.clock import stamp").replace("time.time()", "stamp()")

    named = spawn(project, "--stdin-display-name=shop/app.py", "-", stdin=source)

    assert named.stdout.startswith("shop/app.py:8:12: DBS201 ")
    assert spawn(project, "-", stdin=CLOCK).stdout.startswith("stdin:8:12: DBS201 ")


def test_workers_change_nothing(project: Path) -> None:
    for number in range(6):
        write(project, CLOCK if number % 2 else RECORDS, f"app{number}.py")
    arguments = ("--dbos-extra-nondeterministic=records.stamp",)

    alone, together = spawn(project, "-j1", *arguments), spawn(project, "-j3", *arguments)

    assert alone.stdout.count("DBS2") == 6
    assert together.stdout == alone.stdout


def test_a_syntax_error_is_reported_once(project: Path) -> None:
    write(project, CLOCK + "def (:\n")

    codes = [line.split()[1] for line in spawn(project).stdout.splitlines()]

    assert codes.count("E999") == 1
    assert not any(code.startswith("DBS") for code in codes)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8-sig"])
def test_columns_do_not_depend_on_the_encoding(project: Path, encoding: str) -> None:
    cookie = f"# -*- coding: {'latin-1' if encoding == 'latin-1' else 'utf-8'} -*-\n"
    text = cookie + CLOCK.replace("return time", 'return len("Grüße") + time')
    path = project / "app.py"
    path.write_bytes(text.encode(encoding))

    found = flake8(str(path), base=project, output=project / "report.txt")

    assert [(finding.row, finding.column) for finding in found] == [(9, 27)]


def test_files_that_import_each_other_are_parsed_once(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project, RECORDS)
    clock = "import time\n\nimport app\n\n\ndef stamp() -> float:\n    return app.DBOS and time.time()\n"
    write(project, clock, "records.py")
    collected: list[str] = []
    collect = modules.Project.collected

    def noting(self: modules.Project, path: str, source: Source, known: Module | None = None) -> Collected:
        collected.append(Path(path).name)
        return collect(self, path, source, known)

    monkeypatch.setattr(modules.Project, "collected", noting)

    assert run(project, "-j1") == ["app.py:7: DBS201"]
    assert sorted(collected) == ["app.py", "records.py"]


def test_loading_the_plugin_loads_nothing_heavy() -> None:
    program = "import sys, dbos_lint.flake8_plugin as p; print(*(m for m in sys.modules if m.startswith('dbos_lint')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert sorted(done.stdout.split()) == ["dbos_lint", "dbos_lint.flake8_plugin"]


@pytest.mark.oracle
def test_a_real_package_gets_the_findings_of_the_command(project: Path) -> None:
    specification = importlib.util.find_spec("dbos")
    assert specification is not None and specification.origin is not None
    # Under another name: the library itself is no program that uses it, and is not judged.
    shutil.copytree(Path(specification.origin).parent, project / "engine")
    # Nothing is wrong in it before some of its functions are said to be workflows.
    configuration = '[tool.dbos-lint]\nworkflow-decorators = ["contextlib.contextmanager", "abc.abstractmethod"]\n'
    write(project, configuration, "pyproject.toml")

    found = flake8(str(project), base=project, output=project / "report.txt")

    assert found
    assert list(map(str, found)) == list(map(str, command(str(project), base=project)))
