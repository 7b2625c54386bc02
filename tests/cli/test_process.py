"""The command as a process of its own: exit codes, pipes, signals, and what it imports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import dbos_lint
from dbos_lint import __version__

COMMAND = [sys.executable, "-c", "from dbos_lint.__main__ import main; main()"]


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@pytest.fixture
def unreadable(tmp_path: Path) -> Path:
    """A project with a file that nobody, not even root, can read: a link to itself."""
    (tmp_path / "loop.py").symlink_to(tmp_path / "loop.py")
    return tmp_path


def test_version_and_help(tmp_path: Path) -> None:
    version = run("--version", cwd=tmp_path)
    assert (version.returncode, version.stdout) == (0, f"dbos-lint {__version__}\n")
    for arguments in (["-h"], ["check", "-h"], ["rule", "--help"]):
        shown = run(*arguments, cwd=tmp_path)
        assert shown.returncode == 0
        assert shown.stdout.startswith("Usage: dbos-lint")


def test_what_is_to_be_done_at_the_end_is_done_and_nothing_is_taken_apart(tmp_path: Path) -> None:
    program = """
import atexit
from dbos_lint.__main__ import main

class Kept:
    def __del__(self): print("taken apart")

kept = Kept()
atexit.register(print, "done")
main()
"""
    given = [sys.executable, "-c", program, "check", "-"]
    done = subprocess.run(
        given, cwd=tmp_path, input="import dbos\nx = ", capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "DBS001" in done.stdout
    assert done.stdout.splitlines()[-1] == "done"


def test_the_exit_code_tells_clean_findings_and_wrong_usage_apart(unreadable: Path) -> None:
    (unreadable / "a.py").write_text("x = 1\n", encoding="utf-8")
    clean = run("check", "a.py", cwd=unreadable)
    assert (clean.returncode, clean.stdout, clean.stderr) == (0, "All checks passed!\n", "")
    findings = run("check", "loop.py", "--output-format", "concise", cwd=unreadable)
    assert findings.returncode == 1
    assert findings.stdout.startswith("loop.py:1:1: DBS001 file is not linted: it cannot be read: ")
    assert run("check", "loop.py", "--exit-zero", cwd=unreadable).returncode == 0
    wrong = run("check", "absent.py", cwd=unreadable)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr == f"Error: no such file or folder: {unreadable}/absent.py\n"
    assert run("check", "--nonsense", cwd=unreadable).returncode == 2
    assert run(cwd=unreadable).returncode in {0, 2}


def test_a_message_that_the_output_cannot_encode_is_still_printed(unreadable: Path) -> None:
    (unreadable / "ü.py").symlink_to(unreadable / "ü.py")
    result = run("check", "ü.py", "--output-format", "concise", cwd=unreadable, PYTHONIOENCODING="ascii")
    assert result.returncode == 1
    assert result.stdout.startswith("\\xfc.py:1:1: DBS001 ")


def test_a_broken_pipe_ends_quietly(unreadable: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    process = subprocess.run(
        [*COMMAND, "check", "loop.py"], cwd=unreadable, stdout=write, stderr=subprocess.PIPE, timeout=60, check=False
    )
    os.close(write)
    assert (process.returncode, process.stderr) == (1, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_an_error(unreadable: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        process = subprocess.run(
            [*COMMAND, "check", "loop.py"], cwd=unreadable, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False
        )
    assert process.returncode == 2
    assert process.stderr == b"Error: cannot write the output: No space left on device\n"


def test_an_interrupt_exits_with_130(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "check", "-"], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        wait_until_reading(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert process.stdout.read() == b""
        assert b"Traceback" not in (process.stderr.read() if process.stderr else b"")


@pytest.mark.parametrize(
    ("before", "code"),
    [
        # While click is imported, and when Python ends.
        ("import builtins\nload = builtins.__import__\n"
         "def interrupt(name, *rest): return os.kill(0, 2) if name == 'click' else load(name, *rest)\n"
         "builtins.__import__ = interrupt\n", 130),
        ("import atexit\natexit.register(os.kill, os.getpid(), 2)\n", 0),
    ],
    ids=["early", "late"],
)  # fmt: skip
def test_an_interrupt_that_comes_early_or_late_leaves_no_traceback(before: str, code: int, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"import os\n{before}from dbos_lint.__main__ import main\nmain()", "--version"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
        start_new_session=True,
    )
    assert (done.returncode, done.stderr) == (code, "")


def test_what_is_printed_at_the_very_end_arrives(tmp_path: Path) -> None:
    before = "import atexit\natexit.register(print, 'the end')\nfrom dbos_lint.__main__ import main\nmain()"
    done = subprocess.run(
        [sys.executable, "-c", before, "--version"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout.splitlines()[-1], done.stderr) == (0, "the end", "")


def test_an_interrupt_ends_the_workers_too(tmp_path: Path) -> None:
    """As a terminal sends it: to all processes at once."""
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.py").write_text("from dbos import DBOS\n" + "x = [DBOS, 1, 2, 3, 4]\n" * 20_000, "utf-8")
    process = subprocess.Popen(
        [*COMMAND, "check", "--isolated", "--no-cache", "--jobs", "2"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with process:
        workers = wait_for_children(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (130, b"")
    assert b"Traceback" not in errors
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]


def wait_for_children(pid: int) -> list[str]:
    """Wait until the process ``pid`` has started its workers."""
    import time

    children = Path(f"/proc/{pid}/task/{pid}/children")
    for _ in range(1200):
        try:
            if len(found := children.read_text(encoding="ascii").split()) == 2:
                return found
        except OSError:
            pytest.skip("needs /proc to see the workers of a process")
        time.sleep(0.05)
    raise AssertionError("the command never started its workers")


def wait_until_reading(pid: int) -> None:
    """Wait until the process ``pid`` does nothing but wait for its standard input."""
    import time

    for _ in range(600):
        wchan = Path(f"/proc/{pid}/syscall")
        try:
            if wchan.read_text(encoding="ascii").startswith("0 0x0 "):
                return
        except OSError:
            pytest.skip("needs /proc to see what a process waits for")
        time.sleep(0.05)
    raise AssertionError("the command never read its standard input")


def imported(code: str, cwd: Path) -> set[str]:
    """What ``code`` imports in a fresh interpreter, unwatched: coverage imports a lot of its own."""
    probe = f"import sys\nbefore = set(sys.modules)\n{code}\nloaded = sorted(set(sys.modules) - before)\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{probe}import json; print(json.dumps(loaded))"],
        cwd=cwd,
        env={name: value for name, value in os.environ.items() if not name.startswith("COV")},
        capture_output=True,
        timeout=60,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


HEAVY = {
    "libcst",
    "pathspec",
    "packaging",
    "concurrent.futures",
    "multiprocessing",
    "importlib.metadata",
    "dbos",
    "flake8",
}


def test_the_command_imports_nothing_heavy_before_it_is_needed(tmp_path: Path) -> None:
    at_start = imported("import dbos_lint.cli", tmp_path)
    assert not at_start & {*HEAVY, "json", "tomllib", "tomli", "dbos_lint.configuration", "dbos_lint.reporters"}
    check = "from dbos_lint.cli import cli\ncli.main(['check', '-q'], standalone_mode=False)"
    without_files = imported(check, tmp_path)
    assert not without_files & {*HEAVY, "dbos_lint.linter", "dbos_lint.rules", "dbos_lint.semantics"}
    (tmp_path / "a.py").write_text("x = 1\n", encoding="utf-8")
    assert not imported(check, tmp_path) & HEAVY


def test_only_fixing_imports_what_fixes_take(tmp_path: Path) -> None:
    app = "from dbos import DBOS\n\n\n@DBOS.workflow()\nasync def nap():\n    DBOS.sleep(5)\n"
    (tmp_path / "app.py").write_text(app, encoding="utf-8")

    def check(*options: str) -> set[str]:
        arguments = ["check", *options, "--exit-zero", "--output-file=report.txt", "app.py"]
        return imported(f"from dbos_lint.cli import cli\ncli.main({arguments!r}, standalone_mode=False)", tmp_path)

    for output_format in ("concise", "full", "github"):
        loaded = check(f"--output-format={output_format}")
        assert "dbos_lint.semantics" in loaded
        assert not {name for name in loaded if name.startswith(("libcst", "dbos_lint.fixes"))}
        assert "[*]" in (tmp_path / "report.txt").read_text("utf-8")
    assert "dbos_lint.fixes.mend" not in check("--output-format=json")
    fixing = check("--fix")
    assert "dbos_lint.fixes.mend" in fixing
    assert "libcst" not in fixing, "an await takes none"


def test_settings_and_selection_import_neither_the_command_nor_anything_heavy(tmp_path: Path) -> None:
    loaded = imported("import dbos_lint.configuration, dbos_lint.selection", tmp_path)
    assert not loaded & {*HEAVY, "click", "dbos_lint.runner", "dbos_lint.linter"}


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "dbos_lint", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("dbos-lint ")


def test_the_package_runs_from_an_archive_and_keeps_what_it_finds(tmp_path: Path) -> None:
    archive, package = tmp_path / "linter.zip", Path(dbos_lint.__file__).parent
    with zipfile.ZipFile(archive, "w") as zipped:
        for file in package.rglob("*"):
            if file.suffix in {".py", ".json"}:
                zipped.write(file, file.relative_to(package.parent))
        zipped.write(package.parents[1] / "docs/rules/DBS213.md", "dbos_lint/docs/rules/DBS213.md")
    (tmp_path / "app.py").write_text(
        "import time\nfrom dbos import DBOS\n@DBOS.workflow()\ndef pay() -> None:\n    time.sleep(1)\n",
        encoding="utf-8",
    )
    path = os.pathsep.join([str(archive), *filter(None, sys.path)])
    environment = {**os.environ, "PYTHONPATH": path, "DBOS_LINT_NO_CACHE": ""}

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "dbos_lint", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=False
        ).stdout

    check = ("check", "--output-format", "concise", "--cache-dir", str(tmp_path / "cache"), "app.py")
    first = run(*check)
    assert "DBS213" in first and "DBS001" not in first
    assert run(*check) == first
    assert len([*(tmp_path / "cache").glob("*.dbos-lint")]) == 1
    assert run("rule", "DBS213").startswith("# DBS213")


def test_the_command_offers_the_formats_that_there_are() -> None:
    from dbos_lint import reporters
    from dbos_lint.cli import output

    assert output.FORMATS == reporters.FORMATS


def test_a_fault_of_the_linter_is_no_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from dbos_lint import cli
    from dbos_lint.cli import session

    def fails(options: object) -> int:
        raise IndexError("nobody thought of this")

    monkeypatch.setattr(session, "run", fails)

    with pytest.raises(SystemExit) as left:
        cli.main(["check"])

    said = capsys.readouterr().err
    assert left.value.code == 2
    assert "IndexError: nobody thought of this" in said
    assert said.endswith("Error: dbos-lint itself failed; please report this with what stands above\n")
