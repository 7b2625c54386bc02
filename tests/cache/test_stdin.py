"""What an editor hands over again is not linted again, unless something around it has changed."""

from __future__ import annotations

import json
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from dbos_lint.cli import main
from tests.cache.app import APP, CLOCK


class Editor:
    """One that hands over the text of a file, whatever is on the disk."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._patch = monkeypatch
        self._capsys = capsys

    def asks(self, text: str, *options: str, name: str = "app.py") -> list[tuple[str, int]]:
        """The codes and rows of what is found in ``text``."""
        self._patch.setattr("sys.stdin", TextIOWrapper(BytesIO(text.encode()), "utf-8"))
        given = ["--stdin-filename", name] if name else []
        with pytest.raises(SystemExit):
            main(["check", "--output-format", "json", *given, *options, "-"])
        found = json.loads(self._capsys.readouterr().out)
        return [(each["code"], each["location"]["row"]) for each in found]

    @property
    def kept(self) -> list[Path]:
        """The files of the cache."""
        return sorted(self.folder.parent.glob("cache/*.dbos-lint"))


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Editor:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "dbos-lint.toml").write_text("")
    (folder / "clock.py").write_text(CLOCK)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("DBOS_LINT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("DBOS_LINT_NO_CACHE", raising=False)
    return Editor(folder, monkeypatch, capsys)


FOUND = [("DBS201", 7), ("DBS901", 13)]


@pytest.mark.parametrize("name", ["app.py", "new.py", ""])
def test_the_same_text_is_not_linted_again(editor: Editor, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (editor.folder / "app.py").write_text("print(1)\n")
    assert editor.asks(APP, name=name) == FOUND
    monkeypatch.setattr("dbos_lint.linter._lint", None)
    assert editor.asks(APP, name=name) == FOUND


def test_each_text_has_its_own_findings(editor: Editor) -> None:
    for rows in (0, 1, 2, 0, 3, 1):
        assert editor.asks("#\n" * rows + APP) == [(code, row + rows) for code, row in FOUND]


def test_a_file_that_it_imports_counts(editor: Editor) -> None:
    assert editor.asks(APP) == FOUND
    (editor.folder / "clock.py").write_text(CLOCK.replace("time.time()", "1.0"))
    assert editor.asks(APP) == [("DBS901", 13)]


def test_a_file_that_was_handed_over_and_comes_counts_as_one_of_the_project(editor: Editor) -> None:
    """There is a second workflow of its name as soon as both are imported by one program."""
    (editor.folder / "main.py").write_text("import app, other\n")
    (editor.folder / "other.py").write_text(APP)
    before = editor.asks(APP)
    (editor.folder / "app.py").write_text(APP)
    after = editor.asks(APP)
    assert after == editor.asks(APP, "--no-cache")
    assert after != before


def test_few_texts_of_a_file_are_kept(editor: Editor) -> None:
    for rows in range(30):
        editor.asks("#\n" * rows + APP)
    assert 1 < len(editor.kept) <= 4


def test_what_a_run_of_the_disk_has_kept_is_not_touched(editor: Editor, capsys: pytest.CaptureFixture[str]) -> None:
    (editor.folder / "app.py").write_text("print(1)\n")
    with pytest.raises(SystemExit):
        main(["check", "-q", "."])
    assert capsys.readouterr().out == ""
    (kept,) = editor.kept
    before = kept.read_bytes()
    assert editor.asks(APP) == FOUND
    assert kept.read_bytes() == before


def test_without_a_cache_nothing_is_kept(editor: Editor) -> None:
    assert editor.asks(APP, "--no-cache") == FOUND
    assert not editor.kept


def test_a_known_text_is_not_written_again(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dbos_lint.cache.stamps._RESOLUTION", -(10**15))
    assert editor.asks(APP) == FOUND
    monkeypatch.setattr("dbos_lint.cache.store.write", None)
    assert editor.asks(APP) == FOUND
