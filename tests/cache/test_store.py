"""The files of the cache: whatever becomes of them, a run finds what it would find without."""

from __future__ import annotations

import errno
import os
import sys
import time
import zlib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dbos_lint import linter
from dbos_lint.cache import key, process, store
from dbos_lint.cache.run import Cache
from dbos_lint.cli import cli
from dbos_lint.configuration import Configuration
from dbos_lint.discovery import discover
from dbos_lint.linter import FileResult
from dbos_lint.runner import run_files
from dbos_lint.settings import Settings
from tests.cache.app import APP, CLOCK

STEP = "from dbos import DBOS\nimport late\n\n\n@DBOS.step()\ndef do(order: str) -> None:\n    late.stamp()\n"
WORKFLOW = "from dbos import DBOS\n\n\n@DBOS.workflow()\ndef stamp() -> int:\n    return 1\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "dbos-lint.toml").write_text("")
    (root / "app.py").write_text(APP)
    (root / "clock.py").write_text(CLOCK)
    (root / "plain.py").write_text("print(1)\n")
    return root


@pytest.fixture
def linted_again(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are linted, one after the other."""
    names: list[str] = []
    lint_one = linter._lint

    def noted(source: bytes, path: str, *rest: Any) -> FileResult:
        names.append(os.path.basename(path))
        return lint_one(source, path, *rest)

    monkeypatch.setattr(linter, "_lint", noted)
    return names


def lint(root: Path, cache: Cache | None) -> tuple[FileResult, ...]:
    configuration = Configuration(str(root))
    return run_files(discover([str(root)], configuration), configuration, cache=cache).files


def kept(folder: Path) -> Path:
    """The one file that the cache consists of."""
    (path,) = (path for path in folder.iterdir() if path.suffix == store.SUFFIX)
    return path


def test_what_is_known_is_not_linted(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = lint(project, Cache(str(tmp_path / "cache")))
    assert [found.code for file in first for found in file.diagnostics] == ["DBS201", "DBS901"]
    monkeypatch.setattr("dbos_lint.linter._lint", None)
    again = lint(project, Cache(str(tmp_path / "cache")))
    assert again == first
    assert [file.source for file in again] == [file.source for file in first]
    assert [file.source for file in first if file.source] == [APP.encode()]  # for the fix of DBS901


def test_a_file_that_changes_is_linted_with_those_that_import_it(project: Path, tmp_path: Path) -> None:
    lint(project, Cache(str(tmp_path / "cache")))
    (project / "clock.py").write_text(CLOCK.replace("time.time()", "1.0"))
    codes = [found.code for file in lint(project, Cache(str(tmp_path / "cache"))) for found in file.diagnostics]
    assert codes == ["DBS901"]


OTHER = "from dbos import DBOS\n\n\n@DBOS.workflow()\ndef {name}(order: str) -> str:\n    return {value!r}\n"


MAIN = "import app, late, other, twin\n"
LATER = "import app, twin\n\n\ndef load():\n    import late, other\n"
DOCUMENTED = '"""One line more."""\n\n'


@pytest.mark.parametrize(
    ("name", "change", "linted"),
    [
        ("other.py", OTHER.format(name="bill", value="paid"), ["main.py", "other.py"]),
        ("other.py", OTHER.format(name="bills", value="open"), ["main.py", "other.py"]),
        ("other.py", DOCUMENTED + OTHER.format(name="bill", value="open"), ["main.py", "other.py"]),
        ("other.py", OTHER.format(name="pay", value="open"), ["app.py", "main.py", "other.py"]),
        ("other.py", OTHER.format(name="twin", value="open"), ["late.py", "main.py", "other.py", "twin.py"]),
        ("late.py", OTHER.format(name="twin", value="paid"), ["late.py", "main.py"]),
        ("late.py", DOCUMENTED + OTHER.format(name="twin", value="open"), ["late.py", "main.py", "twin.py"]),
        ("main.py", MAIN + "# all of them\n", ["main.py"]),
        ("main.py", LATER, ["late.py", "main.py", "twin.py"]),
        ("main.py", MAIN.replace("twin", "plain"), ["late.py", "main.py", "twin.py"]),
    ],
)
def test_who_registers_the_same_concerns_those_who_do(
    project: Path, tmp_path: Path, linted_again: list[str], name: str, change: str, linted: list[str]
) -> None:
    """Who looks for other workflows of a name rests on who has them, and on what programs load; ``main.py`` imports
    all."""
    for other, workflow in {"other.py": "bill", "late.py": "twin", "twin.py": "twin"}.items():
        (project / other).write_text(OTHER.format(name=workflow, value="open"))
    (project / "main.py").write_text(MAIN)
    before = lint(project, Cache(str(tmp_path / "cache")))
    assert [found.code for file in before for found in file.diagnostics].count("DBS227") == 2
    (project / name).write_text(change)
    linted_again.clear()
    after = lint(project, Cache(str(tmp_path / "cache")))
    again = sorted(linted_again)
    assert after == lint(project, None)
    assert again == linted


ASKS = """from dbos import DBOS


def work(order: str) -> str:
    return order


@DBOS.workflow()
def ask(order: str) -> None:
    DBOS.enqueue_workflow('orders', ask, order)
"""
USES = """from dbos import DBOS
from asks import work


@DBOS.workflow()
def use(order: str) -> str:
    return work(order)
"""


@pytest.mark.parametrize(
    ("name", "change", "is_asked"),
    [
        ("queues.py", "from dbos import DBOS\n\nDBOS.register_queue('order')  # once\n", False),
        ("queues.py", "from dbos import DBOS\n\n\nDBOS.register_queue('order', concurrency=2)\n", True),
        ("queues.py", "from dbos import DBOS\n\n\nDBOS.register_queue('order')\nDBOS.listen_queues(['a'])\n", True),
        ("plain.py", "print(2)\n", False),
    ],
)
def test_names_rest_on_the_files_that_have_some_and_only_for_who_asks(
    project: Path, tmp_path: Path, linted_again: list[str], name: str, change: str, is_asked: bool
) -> None:
    """Who imports a file that asks for queues does not rest on them."""
    (project / "asks.py").write_text(ASKS)
    (project / "uses.py").write_text(USES)
    (project / "queues.py").write_text("from dbos import DBOS\n\nDBOS.register_queue('order')\n")
    codes = [found.code for file in lint(project, Cache(str(tmp_path / "cache"))) for found in file.diagnostics]
    assert "DBS404" in codes
    (project / name).write_text(change)
    linted_again.clear()
    after = lint(project, Cache(str(tmp_path / "cache")))
    again = tuple(linted_again)
    assert after == lint(project, None)
    assert ("asks.py" in again) is is_asked
    assert "uses.py" not in again


def test_a_file_that_was_looked_for_and_comes_is_noticed(project: Path, tmp_path: Path) -> None:
    (project / "src").mkdir()
    (project / "app.py").write_text(STEP)
    assert not any(file.diagnostics for file in lint(project, Cache(str(tmp_path / "cache"))))
    (project / "src" / "late.py").write_text(WORKFLOW)
    codes = [found.code for file in lint(project, Cache(str(tmp_path / "cache"))) for found in file.diagnostics]
    assert codes == ["DBS301"]


TEST = """from dbos import DBOS


def test_lend() -> None:
    DBOS(config={"name": "library"})
    DBOS.launch()
"""
TIDY = """import pytest
from dbos import DBOS


@pytest.fixture(autouse=True)
def no_engine_left():
    yield
    DBOS.destroy()
"""


@pytest.mark.parametrize("place", ["conftest.py", "tests/conftest.py"])
@pytest.mark.parametrize("untidy", [None, TIDY.replace("DBOS.destroy()", "DBOS"), "def no_engine_left(:\n"])
def test_what_pytest_reads_beside_tests_counts(place: str, untidy: str | None, project: Path, tmp_path: Path) -> None:
    (project / "tests").mkdir()
    (project / "tests" / "test_lend.py").write_text(TEST)

    def left() -> list[str]:
        found = lint(project, Cache(str(tmp_path / "cache")))
        return [found.code for file in found if file.filename.endswith("lend.py") for found in file.diagnostics]

    for _ in range(2):
        (project / place).write_text(TIDY)
        assert left() == []
        if untidy is None:
            (project / place).unlink()
        else:
            (project / place).write_text(untidy)
        assert left() == ["DBS701"]


def test_what_rests_on_a_file_is_noticed_by_a_later_run(project: Path, tmp_path: Path) -> None:
    lint(project, Cache(str(tmp_path / "cache")))
    (project / "clock.py").write_text(CLOCK.replace("time.time()", "1.0"))
    configuration = Configuration(str(project))
    alone = discover([str(project / "clock.py")], configuration)
    run_files(alone, configuration, cache=Cache(str(tmp_path / "cache")))
    assert lint(project, Cache(str(tmp_path / "cache"))) == lint(project, None)


def test_a_change_that_no_stamp_tells_is_noticed(project: Path, tmp_path: Path) -> None:
    before = os.stat(project / "clock.py")
    lint(project, Cache(str(tmp_path / "cache")))
    with open(project / "clock.py", "r+") as file:
        file.write("import time\n\n\ndef stamp() -> float:\n    return 1111111.0  \n")
    os.utime(project / "clock.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert lint(project, Cache(str(tmp_path / "cache"))) == lint(project, None)


@pytest.mark.parametrize("data", [b"", b"\0" * 100, b"dbos-lint cache 1\n", b"dbos-lint cache 2\n00000000\n\n\n\n"])
def test_a_damaged_file_is_as_good_as_none(project: Path, tmp_path: Path, data: bytes) -> None:
    folder = tmp_path / "cache"
    first = lint(project, Cache(str(folder)))
    whole = kept(folder).read_bytes()
    kept(folder).write_bytes(data or whole[:-1])
    assert lint(project, Cache(str(folder))) == first
    assert kept(folder).read_bytes() == whole


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes with names")
@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "huge"])
def test_what_stands_in_the_place_of_a_file_is_as_good_as_none(kind: str, project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    first = lint(project, Cache(str(folder)))
    path = kept(folder)
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    else:
        path.touch()
        os.truncate(path, 10**12)
    assert lint(project, Cache(str(folder))) == first


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes with names")
def test_a_pipe_in_the_place_of_the_lock_is_one(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".lock")
    with store.alone(str(tmp_path)):
        store.write(str(tmp_path), "key", "text")
    assert store.read(str(tmp_path), "key") == "text"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1), length=st.integers(0, 30), text=st.text(max_size=8), data=st.data())
def test_a_forged_file_does_no_harm(
    project: Path, tmp_path: Path, place: float, length: int, text: str, data: st.DataObject
) -> None:
    folder = tmp_path / "cache"
    lint(project, Cache(str(folder), now=time.time_ns() + 10**10))
    whole = kept(folder).read_bytes()
    key, _, body = whole[len(b"dbos-lint cache 1\n") + 9 :].partition(b"\n")
    start = int(place * len(body))
    inserted = data.draw(st.sampled_from([text, "\0", "\n", "[" * 2000, "9" * 5000, "-1", "null", '{"a":1}'])).encode()
    body = key + b"\n" + body[:start] + inserted + body[start + length :]
    kept(folder).write_bytes(b"dbos-lint cache 1\n%08x\n" % zlib.crc32(body) + body)
    found = lint(project, Cache(str(folder), now=time.time_ns() + 10**10))
    assert [Path(file.filename).name for file in found] == ["app.py", "clock.py", "plain.py"]
    kept(folder).unlink()


def test_a_full_disk_is_told_and_leaves_nothing_behind(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: str, target: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    told: list[str] = []
    assert lint(project, Cache(str(tmp_path / "cache"), told.append)) == lint(project, None)
    assert told == [f"nothing is kept in {tmp_path / 'cache'}: No space left on device"]
    assert sorted(os.listdir(tmp_path / "cache")) == [".gitignore", ".lock", "CACHEDIR.TAG"]


def test_a_folder_that_cannot_be_made_is_told(project: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told: list[str] = []
    assert lint(project, Cache(str(tmp_path / "file" / "cache"), told.append)) == lint(project, None)
    assert len(told) == 1


def test_a_folder_that_another_process_makes_meanwhile_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = str(tmp_path)
    answers = iter([False])
    monkeypatch.setattr("os.path.isdir", lambda path: next(answers, True))
    store.write(folder, "key", "text")
    assert store.read(folder, "key") == "text"


def test_of_two_runs_at_once_one_is_kept(project: Path, tmp_path: Path) -> None:
    first, second = Cache(str(tmp_path / "cache")), Cache(str(tmp_path / "cache"))
    configuration = Configuration(str(project))
    settings = configuration.for_file(str(project / "app.py"))
    first.shelf(settings)
    second.shelf(settings)
    found = lint(project, first)
    (project / "clock.py").write_text(CLOCK.replace("time.time()", "1.0"))
    lint(project, second)
    (project / "clock.py").write_text(CLOCK)
    assert lint(project, Cache(str(tmp_path / "cache"))) == found


def test_of_two_runs_at_once_both_are_kept_where_both_hold(
    project: Path, tmp_path: Path, linted_again: list[str]
) -> None:
    (project / "other.py").write_text(APP)
    configuration = Configuration(str(project))
    caches = [Cache(str(tmp_path / "cache")), Cache(str(tmp_path / "cache"))]
    for cache in caches:
        cache.shelf(configuration.for_file(str(project / "app.py")))
    for cache, name in zip(caches, ("app.py", "other.py"), strict=True):
        run_files(discover([str(project / name)], configuration), configuration, cache=cache)
    assert linted_again == ["app.py", "other.py"]
    lint(project, Cache(str(tmp_path / "cache")))
    assert not {"app.py", "other.py"} & set(linted_again[2:])


def test_what_nobody_uses_goes_after_a_month_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    store.write(str(folder), "one", "1")
    old = kept(folder)
    other = folder / "notes.txt"
    other.write_text("mine")
    for path in (old, other):
        os.utime(path, (0, 0))
    store.write(str(folder), "two", "2")
    assert store.read(str(folder), "one") is None
    assert store.read(str(folder), "two") == "2"
    assert other.exists()


def test_what_is_too_much_alone_goes_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write(str(tmp_path), "one", "1")
    (tmp_path / "0badcafe.dbos-lint").write_bytes(bytes(1000))
    monkeypatch.setattr(store, "_MOST_BYTES", 500)
    store.write(str(tmp_path), "two", "2")
    assert [store.read(str(tmp_path), key) for key in ("one", "two")] == ["1", "2"]
    assert not (tmp_path / "0badcafe.dbos-lint").exists()


def test_use_keeps_it(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    store.write(str(folder), "one", "1")
    os.utime(kept(folder), (0, 0))
    store.use(str(folder), "one")
    store.write(str(folder), "two", "2")
    assert store.read(str(folder), "one") == "1"


def test_what_is_kept_for_one_key_is_not_told_for_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zlib, "crc32", lambda data: 7)
    store.write(str(tmp_path / "cache"), "one", "1")
    assert store.read(str(tmp_path / "cache"), "two") is None
    assert store.read(str(tmp_path / "cache"), "one") == "1"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere platformdirs tells the folder")
@pytest.mark.parametrize("home", ["~", "here"])
def test_who_has_no_home_has_no_cache(home: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBOS_LINT_CACHE_DIR", raising=False)
    monkeypatch.delenv("DBOS_LINT_NO_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("HOME", home)
    monkeypatch.chdir(project)
    before = sorted(os.listdir(project))
    result = CliRunner().invoke(cli, ["check", "-q", "--output-format", "concise"])
    assert result.stdout.startswith("app.py:")
    assert sorted(os.listdir(project)) == before
    assert process.opened("flake8") is None
    result = CliRunner().invoke(cli, ["clean"])
    assert (result.exit_code, "--cache-dir" in result.stderr) == (2, True)


def test_of_two_who_clean_one_may_be_faster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write(str(tmp_path), "one", "text")
    store.write(str(tmp_path), "two", "text")
    remove = os.remove

    def after_another(path: str) -> None:
        remove(path)
        if path.endswith(os.path.basename(store._path("", "one"))):
            remove(path)

    monkeypatch.setattr(os, "remove", after_another)
    assert store.clean(str(tmp_path)) == 1
    assert store.read(str(tmp_path), "two") is None


def test_clean_leaves_what_is_not_ours(tmp_path: Path) -> None:
    store.write(str(tmp_path), "one", "1")
    name = kept(tmp_path).name
    (tmp_path / f"{name}.1f.2e").write_text("a draft")
    others = {"kept.txt", f"{name}.bak", f"{name}.1f.2e.txt", "settings.dbos-lint", f"my{name}"}
    for other in others:
        (tmp_path / other).write_text("")
    (tmp_path / "0badcafe.dbos-lint").mkdir()
    assert store.clean(str(tmp_path)) == 2
    assert {*os.listdir(tmp_path)} == {*others, "0badcafe.dbos-lint"}
    assert store.clean(str(tmp_path / "none")) == 0


def test_without_a_look_at_the_linter_itself_nothing_earlier_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: str) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(key, "_known", [])
    monkeypatch.setattr(key, "_recorded", str)
    monkeypatch.setattr(key.os, "scandir", refuse)
    first = key.key_of(Settings("/srv"))
    assert first == key.key_of(Settings("/srv"))
    monkeypatch.setattr(key, "_known", [])
    assert first != key.key_of(Settings("/srv"))
