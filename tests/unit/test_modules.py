"""Names of modules to files: packages, source folders, relative and star imports, circles."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbos_lint.linter import lint_source
from dbos_lint.semantics.modules import Project
from dbos_lint.settings import Settings

FILES = (
    "app/__init__.py",
    "app/main.py",
    "app/core/__init__.py",
    "app/core/clock.py",
    "space/tool.py",
    "src/lib/__init__.py",
    "src/lib/inner.py",
    "src/dbos/__init__.py",
    "single.py",
    "both.py",
    "both/__init__.py",
    "empty/readme.txt",
    ".venv/lib/python3.11/site-packages/outside/__init__.py",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        path = tmp_path.resolve() / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return tmp_path.resolve()


@pytest.mark.parametrize(
    ("importer", "name", "level", "found"),
    [
        ("single.py", "app", 0, "app/__init__.py"),
        ("single.py", "app.main", 0, "app/main.py"),
        ("single.py", "app.core.clock", 0, "app/core/clock.py"),
        ("single.py", "space", 0, "space"),
        ("single.py", "space.tool", 0, "space/tool.py"),
        ("single.py", "lib.inner", 0, "src/lib/inner.py"),
        ("single.py", "both", 0, "both/__init__.py"),
        ("single.py", "nothing", 0, None),
        ("single.py", "single.inner", 0, None),
        ("single.py", "app.nothing", 0, None),
        ("single.py", "", 0, None),
        ("single.py", "dbos", 0, None),
        ("single.py", "outside", 0, None),
        ("app/main.py", "core", 0, None),
        ("app/main.py", "single", 0, "single.py"),
        ("app/main.py", "core", 1, "app/core/__init__.py"),
        ("app/main.py", "", 1, "app/__init__.py"),
        ("app/core/clock.py", "main", 2, "app/main.py"),
        ("app/core/clock.py", "", 2, "app/__init__.py"),
        ("app/core/__init__.py", "clock", 1, "app/core/clock.py"),
        ("src/lib/inner.py", "lib", 0, "src/lib/__init__.py"),
        ("space/tool.py", "tool", 1, "space/tool.py"),
        ("single.py", "app", 40, None),
    ],
)
def test_a_module_is_found_where_python_would(
    folder: Path, importer: str, name: str, level: int, found: str | None
) -> None:
    project = Project(Settings(root=str(folder)))
    assert project.find(name, level, str(folder / importer)) == (str(folder / found) if found else None)


def test_packages_that_the_settings_name_are_followed(folder: Path) -> None:
    project = Project(Settings(root=str(folder), follow=("outside",)))
    found = project.find("outside", 0, str(folder / "single.py"))
    assert found == str(folder / ".venv/lib/python3.11/site-packages/outside/__init__.py")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("app/core/clock.py", "app.core.clock"),
        ("app/core/__init__.py", "app.core"),
        ("src/lib/inner.py", "lib.inner"),
        ("space/tool.py", "space.tool"),
        ("single.py", "single"),
    ],
)
def test_a_module_is_named_from_its_root(folder: Path, path: str, name: str) -> None:
    assert Project(Settings(root=str(folder))).name(str(folder / path)) == name


def test_a_module_outside_the_root_is_named_from_its_package(folder: Path) -> None:
    project = Project(Settings(root=str(folder / "src")))
    assert project.name(str(folder / "app/core/clock.py")) == "app.core.clock"
    assert project.find("app.main", 0, str(folder / "app/core/clock.py")) == str(folder / "app/main.py")


def test_a_file_that_changed_since_its_summary_was_made_has_no_tree(tmp_path: Path) -> None:
    path, project = tmp_path / "pricing.py", Project(Settings(root=str(tmp_path)))
    path.write_text("def price(): return 1\n")
    assert project.module(str(path)) is not None
    assert project.tree(str(path)) is not None

    path.write_text("import os\ndef stamp(): return 0\ndef price(): return 1\n")

    assert project.tree(str(path)) is None


def test_a_file_is_read_once_and_what_cannot_be_read_is_none(folder: Path) -> None:
    project = Project(Settings(root=str(folder)))
    path = folder / "single.py"
    first = project.module(str(path))
    path.write_text("changed = 1\n")
    assert first is not None
    assert project.module(str(path)) is first
    project.forget(str(path))
    changed = project.module(str(path))
    assert changed is not None
    assert "changed" in changed.scopes[0].bindings
    (folder / "bad.py").write_text("(")
    assert project.module(str(folder / "bad.py")) is None
    assert project.module(str(folder / "gone.py")) is None
    assert project.module(str(folder / "space")) is None


WORKFLOW = "from dbos import DBOS\n{imports}\n@DBOS.workflow()\ndef run() -> float:\n    return {call}\n"
CLOCK = "import time\ndef stamp():\n    return time.time()\n"
PROJECTS = {
    "import": ({"clock.py": CLOCK}, "import clock", "clock.stamp()"),
    "package": ({"p/__init__.py": "", "p/clock.py": CLOCK}, "import p.clock", "p.clock.stamp()"),
    "alias": ({"p/__init__.py": "", "p/clock.py": CLOCK}, "import p.clock as c", "c.stamp()"),
    "namespace": ({"p/q/clock.py": CLOCK}, "from p.q import clock", "clock.stamp()"),
    "re-export": ({"p/__init__.py": "from .clock import stamp as s", "p/clock.py": CLOCK}, "from p import s", "s()"),
    "star": ({"p/__init__.py": "from .clock import *", "p/clock.py": CLOCK}, "from p import *", "stamp()"),
    "all": ({"c.py": "__all__ = ['_s']\n" + CLOCK + "_s = stamp\n"}, "from c import *", "_s()"),
    "src": ({"src/clock.py": CLOCK}, "from clock import stamp", "stamp()"),
    "cycle": ({"a.py": "from b import *\n", "b.py": "from a import *\n" + CLOCK}, "from a import stamp", "stamp()"),
    "circle": ({"a.py": "import app\n" + CLOCK}, "import a", "a.app.a.stamp()"),
    "conditional": (
        {"clock.py": CLOCK},
        "try:\n    import clock\nexcept ImportError:\n    clock = None",
        "clock.stamp()",
    ),
    "shadowed-standard": ({"random.py": CLOCK}, "import random", "random.stamp()"),
}


def lint(folder: Path, files: dict[str, str], imports: str, call: str) -> list[str]:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    source = WORKFLOW.format(imports=imports, call=call).encode()
    (folder / "app.py").write_bytes(source)
    return [each.code for each in lint_source(source, str(folder / "app.py"), Settings(root=str(folder))).diagnostics]


@pytest.mark.parametrize("name", PROJECTS)
def test_a_clock_in_another_file_is_found(tmp_path: Path, name: str) -> None:
    assert lint(tmp_path.resolve(), *PROJECTS[name]) == ["DBS201"]


@pytest.mark.parametrize(
    ("files", "imports", "call"),
    [
        ({"c.py": "__all__ = ['other']\n" + CLOCK}, "from c import *", "stamp()"),
        ({"c.py": CLOCK.replace("stamp", "_stamp")}, "from c import *", "_stamp()"),
        ({"c.py": CLOCK}, "from .d import stamp", "stamp()"),
        ({"a.py": "from b import *\n", "b.py": "from a import *\n"}, "from a import *", "stamp()"),
        ({"a.py": "from a import stamp\n"}, "from a import stamp", "stamp()"),
        ({"time.py": "def time(): return 1\n"}, "import time", "time.time()"),
        ({"clock.py": "def stamp(: \n"}, "import clock", "clock.stamp()"),
        ({"clock.py": "x = " + "-" * 5000 + "1\ndef stamp(): ...\n"}, "import clock", "clock.stamp()"),
    ],
    ids=["all", "private", "missing", "star-cycle", "itself", "own-time", "broken", "deep"],
)
def test_what_is_not_there_is_silent(tmp_path: Path, files: dict[str, str], imports: str, call: str) -> None:
    assert lint(tmp_path.resolve(), files, imports, call) == []


def test_trees_are_kept_as_far_as_there_is_room_and_nodes_belong_to_the_first_summary(tmp_path: Path) -> None:
    paths = [str(tmp_path.resolve() / name) for name in ("a.py", "b.py")]
    text = b"class C:\n    def f(self):\n        with x():\n            for y in z():\n                g(lambda: y)\n"
    for path in paths:
        Path(path).write_bytes(text)
    project = Project(Settings(root=str(tmp_path.resolve())), upcoming=paths, room=len(text) + 1)
    summaries = [project.module(path) for path in paths]
    trees = [project.tree(path) for path in paths]
    for path, summary, tree in zip(paths, summaries, trees, strict=True):
        linted = project.linted(path, text)
        assert isinstance(linted, tuple)
        assert tree is not None
        collected = linted[1]
        assert (collected.tree is tree[1].tree) == (path == paths[0])  # there was no room for the second
        assert collected.summary is summary is project.module(path)
        nodes, functions = collected.nodes, collected.summary.functions
        assert {each.name for _, each in nodes.functions} == {"f"}
        assert all(each is functions[each.id] for _, each in (*nodes.functions, *nodes.withs, *nodes.loops))
        assert [each for _, each in nodes.classes] == collected.summary.classes
        numbers = {call.number for function in functions for call in function.calls}
        assert {call.number for _, call in nodes.calls} == numbers
        assert set(collected.marks.calls.values()) == numbers
