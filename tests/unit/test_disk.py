"""Many files mended: what others say is read once, not once for each."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from dbos_lint.cli import cli
from dbos_lint.reading import read
from dbos_lint.semantics import disk, modules
from dbos_lint.settings import Settings

SLEEPS = "import time\nfrom dbos import DBOS\n\n\n@DBOS.workflow()\ndef nightly_{0}():\n    time.sleep({0} + 1)\n"


def reads(folder: Path, number: int, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each file was read to mend as many."""
    found: Counter[str] = Counter()

    def counted(path: str) -> bytes:
        found[os.path.basename(path)] += 1
        return read(path)

    folder.mkdir()
    (folder / "dbos-lint.toml").touch()
    for each in range(number):
        (folder / f"m{each}.py").write_text(SLEEPS.format(each), encoding="utf-8")
    for module in (disk, modules):
        monkeypatch.setattr(module, "read", counted)
    result = CliRunner().invoke(cli, ["check", "--no-cache", "--jobs=1", "--unsafe-fixes", "--fix-only", str(folder)])
    assert result.stdout == f"Fixed {number} errors.\n"
    return found


def test_each_file_is_read_as_often_for_many_as_for_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = (reads(tmp_path / str(number), number, monkeypatch) for number in (3, 12))
    assert few and max(many.values()) <= max(few.values())


def test_what_there_is_no_room_for_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "_ROOM", 7)
    found = disk.Disk(Settings(str(tmp_path)))
    for name in ("one", "two"):
        (tmp_path / name).write_bytes(b"text")
        assert found.read(str(tmp_path / name)) == b"text"
        (tmp_path / name).write_bytes(b"other")
    assert [found.read(str(tmp_path / name)) for name in ("one", "two")] == [b"text", b"other"]
