"""What goes wrong while a run is on: a file that fails, vanishes or changes, memory that runs out, an interrupt."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dbos_lint import reading
from dbos_lint.cli import cli, main
from dbos_lint.fixes import files
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

        if sys._getframe(1).f_code.co_filename == files.__file__:
            raise error
        return real(*arguments, **options)

    monkeypatch.setattr(files.os, step, fail)
    with pytest.raises(SystemExit) as ended:
        main(["check", "--isolated", "--no-cache", "--fix", "--unsafe-fixes", "-q", "b.py"])
    assert ended.value.code == (130 if isinstance(error, KeyboardInterrupt) else 2)
    assert (project / "b.py").read_text(encoding="utf-8") == FIXABLE
    assert sorted(os.listdir(project)) == ["a.py", "b.py", "c.py"]
