"""Files that are written whole or stay as they were."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import BinaryIO

import pytest

from dbos_lint import writing


def full(file: BinaryIO, text: bytes) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("before", [None, b"the old report, which is longer\n"])
def test_a_file_holds_what_is_put_there(before: bytes | None, tmp_path: Path) -> None:
    report = tmp_path / "report"
    if before is not None:
        report.write_bytes(before)
        report.chmod(0o640)
    writing.put(str(report), b"new\n")
    assert report.read_bytes() == b"new\n"
    assert before is None or report.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["report"]


@pytest.mark.parametrize("before", [None, b"old\n"])
def test_on_a_full_disk_the_old_file_stays(
    before: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = tmp_path / "report"
    if before is not None:
        report.write_bytes(before)
    monkeypatch.setattr(writing, "_write", full)
    with pytest.raises(OSError, match="No space left"):
        writing.put(str(report), b"new\n")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == ({"report": before} if before else {})


@pytest.mark.skipif(sys.platform != "linux", reason="attributes of files are Linux's")
def test_the_attributes_of_a_file_stay(tmp_path: Path) -> None:
    report = tmp_path / "report"
    report.write_bytes(b"old\n")
    try:
        os.setxattr(report, "user.note", b"kept")
    except OSError:
        pytest.skip("this file system knows no attributes")
    writing.put(str(report), b"new\n")
    assert (report.read_bytes(), os.getxattr(report, "user.note")) == (b"new\n", b"kept")


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "report").write_bytes(b"old\n")
    (tmp_path / "link").symlink_to("report")
    writing.put(str(tmp_path / "link"), b"new\n")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "report").read_bytes() == b"new\n"


def test_a_device_is_written_to() -> None:
    writing.put(os.devnull, b"new\n")
    assert not os.path.isfile(os.devnull)
