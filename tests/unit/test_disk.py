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
from dbos_lint.semantics.program import Program
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


SENDS = b"from dbos import DBOS\nDBOS.send('a', 1, topic='t')\n"
MAKES = b"from dbos import Queue\n\nq = Queue('q')\n"
# Whether it has to do with dbos, another file tells.
USES = b"import made\n\nmade.q.enqueue(print)\n"
ALTERED = [
    {"sends.py": SENDS + b"# more\n"},
    {"sends.py": MAKES},
    {"sends.py": b"x = 1\n"},
    {"plain.py": SENDS},
    {"made.py": b"q = 1\n"},
    {"made.py": MAKES + b"# more\n", "uses.py": b"x = 1\n"},
    {"new.py": MAKES},
]


@pytest.mark.parametrize("texts", ALTERED)
def test_an_altered_project_knows_which_files_name_something_as_a_fresh_one_does(
    texts: dict[str, bytes], tmp_path: Path
) -> None:
    for name, text in {"sends.py": SENDS, "made.py": MAKES, "uses.py": USES, "plain.py": b"x = 1\n"}.items():
        (tmp_path / name).write_bytes(text)
    before = Program(Settings(str(tmp_path)))
    assert before.altered({}).analysis.names._kinds() == before.analysis.names._kinds()
    altered = before.altered({str(tmp_path / name): text for name, text in texts.items()})
    found = altered.analysis.names
    found.look_at_outlines()
    for name, text in texts.items():
        (tmp_path / name).write_bytes(text)
    fresh = Program(Settings(str(tmp_path))).analysis.names
    assert sorted(found._kinds().items()) == sorted(fresh._kinds().items())
    if "new.py" not in texts:
        assert [*found._kinds()] == [*fresh._kinds()]
    for word in ("q", "a", "print"):
        assert found._claims.claiming(word) >= fresh._claims.claiming(word)


def test_an_altered_project_looks_only_at_what_is_altered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [tmp_path / f"m{number}.py" for number in range(5)]
    for path in paths:
        path.write_bytes(SENDS)
    before = Program(Settings(str(tmp_path)))
    before.altered({}).analysis.names.look_at_outlines()
    looked: list[str] = []
    concerns = Program.concerns

    def noted(self: Program, path: str, source: bytes) -> bool:
        looked.append(path)
        return concerns(self, path, source)

    monkeypatch.setattr(Program, "concerns", noted)
    before.altered({str(paths[2]): MAKES}).analysis.names.look_at_outlines()
    assert looked == [str(paths[2])]
