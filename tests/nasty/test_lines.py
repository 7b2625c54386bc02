"""What ends a line for others ends none for Python: rows, comments and fixes are where Python's own are."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from dbos_lint.cli import cli
from dbos_lint.configuration import Configuration
from dbos_lint.discovery import discover
from dbos_lint.fix import Delete
from dbos_lint.fixes.document import Document
from dbos_lint.fixes.edits import Void
from dbos_lint.fixes.realise import edits
from dbos_lint.syntax.spans import span_of

NONE = {
    "vertical_tab": "\x0b",
    "form_feed": "\x0c",
    "file_separator": "\x1c",
    "group_separator": "\x1d",
    "record_separator": "\x1e",
    "next_line": "\x85",
    "line_separator": "\u2028",
    "paragraph_separator": "\u2029",
}
no_line_end = pytest.mark.parametrize("no_end", NONE.values(), ids=NONE)
PROGRAM = """\
import time
from dbos import DBOS
# one|two
class Parser:
    @DBOS.step()  # one|two
    # one|two
    @staticmethod  # one|two
    def parse(text: str) -> str:  # one|two
        return "one|two"
@DBOS.workflow()
def nightly(day):
    '''one|two'''; time.sleep(2)
    return "one|two", time.time()  # one|two # noqa: DBS201
"""
MENDED = (
    PROGRAM.replace("    @DBOS.step()  # one|two\n    # one|two\n    @staticmethod  # one|two\n", "|1")
    .replace("|1", "    # one|two\n    @staticmethod  # one|two\n    @DBOS.step()  # one|two\n")
    .replace("time.sleep(2)", "DBOS.sleep(2)")
)


def fixed(source: bytes, folder: Path) -> tuple[bytes, str]:
    path = folder / "app.py"
    path.write_bytes(source)
    done = CliRunner().invoke(cli, ["check", "--isolated", "--no-cache", "--fix", "--unsafe-fixes", str(path)])
    assert done.exit_code in {0, 1}, done.output
    return path.read_bytes(), done.stdout


@no_line_end
def test_what_is_no_line_end_moves_nothing(no_end: str, tmp_path: Path) -> None:
    text, printed = fixed(PROGRAM.replace("|", no_end).encode(), tmp_path)
    assert text == MENDED.replace("|", no_end).encode()
    assert "(2 fixed, 0 remaining)" in printed


@pytest.mark.parametrize("end", ["\r", "\r\n"], ids=["cr", "crlf"])
def test_each_line_end_is_one(end: str, tmp_path: Path) -> None:
    text, _ = fixed(PROGRAM.replace("|", "").replace("\n", end).encode(), tmp_path)
    assert text == MENDED.replace("|", "").replace("\n", end).encode()


def test_lines_that_end_in_different_ways_keep_their_ends(tmp_path: Path) -> None:
    one_each = "".join(line + "\n\r"[index % 2] for index, line in enumerate(PROGRAM.split("\n")[:-1]))
    text, _ = fixed(one_each.encode(), tmp_path)
    assert b"DBOS.sleep(2)" in text
    assert text.startswith(b"import time\nfrom dbos import DBOS\r# one|two\n")


def test_two_line_ends_never_become_one() -> None:
    document = Document.of(b"x = 1\ry = 2\nz = 3\n")
    made = edits(document, (Delete(span_of(document.tree.body[1])),))
    assert document.text[made[0].start - 1] == "\n"
    assert document.bytes_with(made) == b"x = 1\rz = 3\n"
    between = Document.of(b"x = (1,\r'y'\n)\n")
    place = between.text.index("'y'")
    with pytest.raises(Void, match="its lines end in different ways"):
        between.bytes_with([made[0]._replace(start=place, end=place + 3)])


def test_a_cookie_is_where_python_looks_for_it() -> None:
    late = "# one\r# two\r# coding: latin-1 é\rx = 1\r"
    assert Document.of(late.encode()).encoding == "utf-8"
    second = "# one\r# coding: latin-1 é\rx = 1\r"
    assert Document.of(second.encode("latin-1")).encoding == "iso-8859-1"


@no_line_end
def test_a_line_of_a_gitignore_ends_where_git_says(no_end: str, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.py").write_bytes(b"")
    (tmp_path / ".gitignore").write_text(f"\ufeffx{no_end}a.py\r\n", encoding="utf-8")
    assert len(discover([str(tmp_path)], Configuration(str(tmp_path))).files) == 1
    (tmp_path / ".gitignore").write_bytes("\ufeffa.py\r\n".encode())
    assert discover([str(tmp_path)], Configuration(str(tmp_path))).files == ()
