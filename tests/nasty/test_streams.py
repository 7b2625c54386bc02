"""Standard streams that are closed, full or read by nobody, a folder that is gone: said in one line, exit code 2."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.nasty.sources import WORKFLOW

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
COMMAND = f"'{sys.executable}' -m dbos_lint"


def shell(line: str, cwd: Path) -> tuple[int, str, str]:
    """Exit code and output of a line of shell; ``@`` is the command."""
    done = subprocess.run(
        ["sh", "-c", line.replace("@", COMMAND)],
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "clock.py").write_text(WORKFLOW, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("line", "code", "error"),
    [
        ("@ check . >&-", 2, "Error: cannot write the output: Bad file descriptor\n"),
        ("@ check . 2>&- >/dev/null", 1, ""),
        ("@ check -v . 2>&- >/dev/null", 1, ""),
        ("@ check -v . >&- 2>&-", 2, ""),
        ("@ check - <&-", 2, "Error: cannot read the standard input: Bad file descriptor\n"),
        ("@ check absent.py 2>&-", 2, ""),
        ("mkdir gone; cd gone; rmdir ../gone; @ check .", 2, "Error: the working folder cannot be used: "),
        ("@ check --output-file . .", 2, "Error: cannot write .: Is a directory\n"),
    ],
)
def test_a_stream_that_is_closed_is_an_error(line: str, code: int, error: str, project: Path) -> None:
    result = shell(line, project)
    assert result[0] == code
    assert result[2].startswith(error)
    assert result[2].count("\n") <= 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("line", ["@ check --help >/dev/full", "@ rule --all >/dev/full", "@ check . >/dev/full"])
def test_a_full_disk_is_an_error(line: str, project: Path) -> None:
    assert shell(line, project) == (2, "", "Error: cannot write the output: No space left on device\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize(
    "line", ["@ check .", "@ check --help", "@ check --nonsense", "@ check absent.py", "@ clean -x"]
)
def test_where_nothing_can_be_said_the_exit_code_says_it(line: str, project: Path) -> None:
    assert shell(f"{line} >/dev/full 2>/dev/full", project)[0] == 2
    assert shell(f"{line} >&- 2>&-", project)[0] == 2


def test_nobody_who_reads_is_no_error(project: Path) -> None:
    assert shell("@ rule --all | head -n 1", project) == (0, "# DBS001: unreadable-file\n", "")


def test_what_a_fix_writes_never_goes_to_a_closed_stream(project: Path) -> None:
    text = WORKFLOW.replace("time.time()", "time.sleep(2)")
    (project / "clock.py").write_text(text, encoding="utf-8")
    assert shell("@ check --fix --unsafe-fixes . >&- 2>&-", project)[0] == 2
    mended = (project / "clock.py").read_text(encoding="utf-8")
    assert "DBOS.sleep(2)" in mended
    assert "Found" not in mended
    assert sorted(os.listdir(project)) == ["clock.py"]
