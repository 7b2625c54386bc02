"""Replacing files: as a whole, with what belongs to them, or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from dbos_lint.fixes.files import ReplaceError, replace


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "app.py"
    path.write_bytes(b"old\r\n")
    return path


def test_the_text_changes_and_the_mode_does_not(file: Path) -> None:
    file.chmod(0o751)
    replace(str(file), b"old\r\n", b"new\r\n")
    assert file.read_bytes() == b"new\r\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o751
    assert os.listdir(file.parent) == ["app.py"]


def test_a_link_stays_a_link(file: Path) -> None:
    folder = file.parent / "elsewhere"
    folder.mkdir()
    link = folder / "link.py"
    link.symlink_to("../app.py")
    replace(str(link), b"old\r\n", b"new")
    assert link.is_symlink()
    assert file.read_bytes() == b"new"


def test_another_hard_link_keeps_the_old_text(file: Path) -> None:
    other = file.parent / "cached.py"
    os.link(file, other)
    replace(str(file), b"old\r\n", b"new")
    assert (file.read_bytes(), other.read_bytes()) == (b"new", b"old\r\n")


def test_what_has_the_new_text_already_is_left_as_it_is(file: Path) -> None:
    file.write_bytes(b"new")
    before = file.stat()
    replace(str(file), b"old\r\n", b"new")
    assert file.stat() == before


def test_what_somebody_has_written_meanwhile_is_kept(file: Path) -> None:
    file.write_bytes(b"mine")
    with pytest.raises(ReplaceError, match="it has changed since it was read"):
        replace(str(file), b"old\r\n", b"new")
    assert file.read_bytes() == b"mine"
    assert os.listdir(file.parent) == ["app.py"]


def test_a_write_protected_file_stays_as_it_is(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)  # root may write anything
    with pytest.raises(ReplaceError, match="it is write-protected"):
        replace(str(file), b"old\r\n", b"new")
    assert file.read_bytes() == b"old\r\n"


def test_a_file_that_is_gone_is_not_made_again(tmp_path: Path) -> None:
    with pytest.raises(ReplaceError, match="No such file"):
        replace(str(tmp_path / "gone.py"), b"", b"new")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_whatever_goes_wrong_leaves_the_old_file_and_nothing_else(
    file: Path, monkeypatch: pytest.MonkeyPatch, step: str, error: BaseException
) -> None:
    def fail(*arguments: object) -> None:
        raise error

    monkeypatch.setattr(os, step, fail)
    with pytest.raises((ReplaceError, KeyboardInterrupt)):
        replace(str(file), b"old\r\n", b"new")
    assert file.read_bytes() == b"old\r\n"
    assert os.listdir(file.parent) == ["app.py"]
