"""What goes wrong while a run is on: a file that fails, vanishes or changes, memory that runs out, an interrupt."""

from __future__ import annotations

import ast
import errno
import json
import os
import signal
import sys
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dbos_lint import reading, writing
from dbos_lint.cli import cli, main
from dbos_lint.fixes import files
from dbos_lint.syntax.parse import Fault, parse
from tests.nasty.sources import CLOCK, WORKFLOW

FIXABLE = WORKFLOW.replace("time.time()", "time.sleep(2)")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.py").write_text(WORKFLOW, encoding="utf-8")
    return tmp_path


def check(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["check", "--isolated", "--no-cache", "--jobs", "1", *arguments])


def found(result: Result) -> list[tuple[str, int, str]]:
    return [(Path(each["filename"]).name, each["location"]["row"], each["code"]) for each in json.loads(result.stdout)]


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES, errno.ENOENT, errno.EMFILE, errno.ESTALE])
def test_a_file_that_cannot_be_read_costs_no_other(number: int, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = os.open

    def fail(path: str, flags: int) -> int:
        if path.endswith("b.py"):
            raise OSError(number, os.strerror(number), path)
        return opened(path, flags)

    monkeypatch.setattr(reading.os, "open", fail)
    result = check("--output-format", "json", ".")
    assert found(result) == [("a.py", CLOCK, "DBS201"), ("b.py", 1, "DBS001"), ("c.py", CLOCK, "DBS201")]
    assert os.strerror(number) in json.loads(result.stdout)[1]["message"]


def test_a_file_that_is_larger_than_the_memory_costs_no_other(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = os.open

    def fail(path: str, flags: int) -> int:
        if path.endswith("b.py"):
            raise MemoryError
        return opened(path, flags)

    monkeypatch.setattr(reading.os, "open", fail)
    assert found(check("--output-format", "json", ".")) == [
        ("a.py", CLOCK, "DBS201"),
        ("b.py", 1, "DBS001"),
        ("c.py", CLOCK, "DBS201"),
    ]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "there is not enough memory"),
        (MemoryError("Parser stack overflowed"), "it nests too deeply"),
        (RecursionError(), "it nests too deeply"),
    ],
    ids=["memory", "stack", "recursion"],
)
def test_what_the_parser_ran_out_of_is_told(error: Exception, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str) -> None:
        raise error

    monkeypatch.setattr(sys, "version_info", (3, 12))
    monkeypatch.setattr(ast, "parse", fail)
    fault = parse(WORKFLOW.encode())
    assert isinstance(fault, Fault)
    assert fault.message.startswith(f"cannot parse the file: {words}")
    assert fault.passing == ("memory" in fault.message)


def test_a_lack_of_memory_is_not_remembered(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "a.py").write_text(WORKFLOW.replace("time.time()", "b.now()").replace("time", "b"), encoding="utf-8")
    (project / "b.py").write_text("import time\ndef now(): return time.time()\n", encoding="utf-8")

    def kept() -> list[tuple[str, int, str]]:
        command = ["check", "--isolated", "--cache-dir", ".cache", "--jobs", "1", "--output-format", "json", "."]
        return found(CliRunner().invoke(cli, command))

    monkeypatch.delenv("DBOS_LINT_NO_CACHE")
    parsed = ast.parse

    def fail(text: str) -> ast.Module:
        if "def now" in text:
            raise MemoryError
        return parsed(text)

    with monkeypatch.context() as patch:
        patch.setattr(ast, "parse", fail)
        assert kept() == [("c.py", CLOCK, "DBS201")]
    assert (
        kept() == found(check("--output-format", "json", ".")) == [("a.py", CLOCK, "DBS201"), ("c.py", CLOCK, "DBS201")]
    )


@pytest.mark.parametrize("pieces", [1, 7, 100])
def test_a_file_that_the_system_gives_in_pieces_is_read_to_its_end(
    pieces: int, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readv = os.readv
    monkeypatch.setattr(os, "readv", lambda file, buffers: readv(file, [memoryview(buffers[0])[:pieces]]))
    assert len(found(check("--output-format", "json", "."))) == 3


@pytest.mark.skipif(not os.path.exists("/proc/self/pagemap"), reason="a file of Linux")
def test_a_file_of_the_system_without_size_or_end_is_not_read_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OSError, match=reading.TOO_LARGE):
        reading.read("/proc/self/pagemap", 100_000)
    assert b"Name:" in reading.read("/proc/self/status")


def test_a_file_that_grows_while_it_is_read_is_read_to_its_end(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fstat = os.fstat

    def grown(file: int) -> os.stat_result:
        before = fstat(file)
        with open(project / "a.py", "ab") as more:
            more.write(b"# more\n" * 10_000)
        return before

    monkeypatch.setattr(reading.os, "fstat", grown)
    assert reading.read(str(project / "a.py")) == WORKFLOW.encode() + b"# more\n" * 10_000


@pytest.mark.parametrize("step", ["fsync", "replace", "chmod", "stat"])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_fix_that_fails_half_way_leaves_the_file_as_it_was(
    step: str, error: BaseException, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "b.py").write_text(FIXABLE, encoding="utf-8")
    real = getattr(os, step)

    def fail(*arguments: object, **options: object) -> object:
        # Only what replacing does: the interpreter and pytest use the same functions.
        import sys

        if sys._getframe(1).f_code.co_filename in (files.__file__, writing.__file__):
            raise error
        return real(*arguments, **options)

    monkeypatch.setattr(files.os, step, fail)
    with pytest.raises(SystemExit) as ended:
        main(["check", "--isolated", "--no-cache", "--fix", "--unsafe-fixes", "-q", "b.py"])
    assert ended.value.code == (130 if isinstance(error, KeyboardInterrupt) else 2)
    assert (project / "b.py").read_text(encoding="utf-8") == FIXABLE
    assert sorted(os.listdir(project)) == ["a.py", "b.py", "c.py"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)])
@pytest.mark.parametrize(
    "command",
    [["check", "--no-cache", "--fix", "--unsafe-fixes"], ["upgrade", "--from", "2.31"]],
    ids=lambda each: each[0],
)
def test_who_is_asked_to_end_leaves_nothing_half_done(
    command: list[str], number: int, project: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    # Under nohup, those who are started ignore SIGHUP, and so do we.
    request.addfinalizer(partial(signal.signal, number, signal.signal(number, signal.SIG_DFL)))
    text = FIXABLE + "    DBOS.register_queue('q', concurrency=1)\n"
    for name in ("a.py", "b.py"):
        (project / name).write_text(text, encoding="utf-8")
    real, at = os.fsync, []

    def fsync(descriptor: int) -> None:
        real(descriptor)
        at.append(sorted(os.listdir(project)))
        if len(at) == 2:
            os.kill(os.getpid(), number)

    monkeypatch.setattr(files.os, "fsync", fsync)
    with pytest.raises(SystemExit) as ended:
        main([command[0], "--isolated", *command[1:], "-q", "a.py", "b.py"])
    assert ended.value.code == 128 + number
    assert len(at[0]) == 4, "a draft"
    assert sorted(os.listdir(project)) == ["a.py", "b.py", "c.py"]
    assert (project / "b.py").read_text(encoding="utf-8") == text
    # An upgrade is all or nothing; what is mended file by file may stay.
    assert ((project / "a.py").read_text(encoding="utf-8") == text) is (command[0] == "upgrade")
    assert signal.getsignal(number) == signal.SIG_DFL


UNREAD = {
    "syntax": ("def (:\n# dbos", "cannot parse the file: "),
    "null": ("# dbos\0", "cannot parse the file: "),
    "too_large": ("", "it cannot be read: larger than 100 MB"),
}


@pytest.fixture(params=UNREAD)
def unread(request: pytest.FixtureRequest, project: Path) -> str:
    """The reason why ``b.py`` cannot be judged."""
    text, reason = UNREAD[request.param]
    (project / "b.py").write_text(text, encoding="utf-8")
    if not text:
        os.truncate(project / "b.py", reading.LARGEST + 1)
    return reason


def test_every_command_says_what_it_could_not_look_at(unread: str, project: Path) -> None:
    assert unread in check("--output-format", "concise", ".").stdout
    upgraded = CliRunner().invoke(cli, ["upgrade", "--isolated", "--from", "2.31", "."])
    assert unread in upgraded.stdout
    assert upgraded.exit_code == 1
    compared = CliRunner().invoke(cli, ["diff", "--isolated", ".", "."])
    assert [line.partition(unread)[0] for line in compared.stderr.splitlines()] == [
        "warning: b.py at .: ",
        "warning: b.py at .: ",
    ]
    assert compared.stdout == "No workflow changed.\n"


def test_a_file_that_spoils_a_comparison_costs_no_other(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dbos_lint.shape import snapshot

    shapes = snapshot.shapes_of

    def fail(analysis: object, collected: object) -> object:
        if collected.summary.path.endswith("b.py"):
            raise RecursionError
        return shapes(analysis, collected)

    monkeypatch.setattr(snapshot, "shapes_of", fail)
    after = project / "after"
    after.mkdir()
    (after / "a.py").write_text(WORKFLOW.replace("time.time()", "DBOS.sleep(1)"), encoding="utf-8")
    for name in ("b.py", "c.py"):
        (after / name).write_text(WORKFLOW, encoding="utf-8")
    result = CliRunner().invoke(cli, ["diff", "--isolated", "--path", "a.py", "--path", "b.py", ".", "after"])
    assert "warning: b.py at after: dbos-lint itself failed on it (RecursionError); please report this" in result.stderr
    assert "nightly" in result.stdout


def test_a_standard_input_without_end_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    from dbos_lint.cli import output

    monkeypatch.setattr(output, "LARGEST", 1_000)
    result = CliRunner().invoke(cli, ["check", "--isolated", "-"], input=b"#" * 1_001)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: cannot read the standard input: it is larger than 100 MB\n"
    assert CliRunner().invoke(cli, ["check", "--isolated", "-"], input=b"#" * 1_000).exit_code == 0


@pytest.mark.parametrize("reads_at_once", [True, False])
def test_a_buffer_takes_what_has_room_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reads_at_once: bool
) -> None:
    """Systems without ``readv`` give the bytes instead."""
    if not reads_at_once:
        monkeypatch.delattr(os, "readv", raising=False)
    file = tmp_path / "x.py"
    file.write_bytes(b"abcdef")
    buffer = bytearray(b"........")
    assert (reading.read_into(buffer, str(file)), bytes(buffer)) == (6, b"abcdef..")
    short = bytearray(b"....")
    assert (reading.read_into(short, str(file)), bytes(short)) == (4, b"abcd")
    with pytest.raises(OSError):
        reading.read_into(buffer, str(tmp_path))
