"""Which files hold a word: as whole words, wherever they stand, and as the texts are now."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dbos_lint.semantics.modules import Project
from dbos_lint.semantics.words import Words
from dbos_lint.settings import Settings

TEXTS = {
    "a.py": "def stamp(): pass\n\n\ndef alone(): pass\n",
    "b.py": "# stamp it\ntext = 'by.name'\nstamped = größe = 1\n",
}


def test_words_of_other_files(tmp_path: Path) -> None:
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    paths = [str(tmp_path / name) for name in TEXTS]
    words = Words(Project(Settings(str(tmp_path))))
    asked = ("stamp", "alone", "stam", "name", "größe")
    assert [word for word in asked if words.is_elsewhere(word, *_at(paths, 0))] == ["stamp", "name", "größe"]
    assert [word for word in asked if words.is_elsewhere(word, *_at(paths, 1))] == ["stamp", "alone"]


def test_a_text_that_changes_is_read_again(tmp_path: Path) -> None:
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    paths = [str(tmp_path / name) for name in TEXTS]
    words = Words(Project(Settings(str(tmp_path))))
    assert not words.is_elsewhere("alone", *_at(paths, 0))
    changed = b"alone = 1\n"
    (tmp_path / "b.py").write_bytes(changed)
    words.renew(paths[1], changed)
    assert words.is_elsewhere("alone", *_at(paths, 0))
    assert not words.is_elsewhere("stamp", *_at(paths, 0))


def test_where_no_file_is_known_any_may_hold_it(tmp_path: Path) -> None:
    assert Words(Project(Settings(str(tmp_path)))).is_elsewhere("stamp", *_at([], None))


def _at(paths: list[str], number: int | None) -> tuple[str, Callable[[], list[str]]]:
    return paths[number] if number is not None else "", lambda: paths
