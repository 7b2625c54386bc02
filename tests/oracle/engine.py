"""Runs a program on the real dbos, in a process of its own, with SQLite: the oracle of the rules.

Crash and recovery are two runs on the same ``database``: the first ends in ``os._exit`` in the middle of a workflow,
the second calls ``launch()``, which recovers it.

Where a system can, a program runs in a fork of an interpreter that has imported dbos (``parent``), which saves most of
the time that it takes.
"""

from __future__ import annotations

import functools
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PAGES = Path(__file__).parents[2] / "docs" / "rules"

# PRELUDE + program + calls: a whole program (no __future__ imports). Short polling keeps recovery under a second.
PRELUDE = '''\
import asyncio as _asyncio
import inspect as _inspect
import os as _os

import dbos as _dbos


def launch(**config):
    """Configure and launch dbos on the database of this run; pending workflows are recovered."""
    from dbos._dbos import _get_or_create_dbos_registry

    _get_or_create_dbos_registry().get_internal_queue()._polling_interval_sec = 0.05
    _dbos.DBOS(
        config={
            "name": "oracle-app",
            "system_database_url": _os.environ["DBOS_SQLITE"],
            "application_version": "v1",
            "log_level": "WARNING",
            "notification_listener_polling_interval_sec": 0.01,
            "scheduler_polling_interval_sec": 0.1,
            **config,
        }
    )
    _dbos.DBOS.launch()


def _call(function, args):
    value = function(*args)
    if not _inspect.isawaitable(value):
        return value

    async def wait():
        return await value

    return _asyncio.run(wait())


def show(function, *args, workflow_id=None):
    """Call a function, of either kind, and print one line: ``returned 'x'`` or ``raised TypeError: text``."""
    try:
        if workflow_id is None:
            value = _call(function, args)
        else:
            with _dbos.SetWorkflowID(workflow_id):
                value = _call(function, args)
    except Exception as error:
        print(f"raised {type(error).__name__}: {error}", flush=True)
    else:
        print(f"returned {value!r}", flush=True)


def result(workflow_id):
    """Wait for a (recovered) workflow and return its result."""
    return _dbos.DBOS.retrieve_workflow(workflow_id).get_result(polling_interval_sec=0.05)


def recorded(workflow_id):
    """The names of the steps that dbos has recorded for a workflow, in order."""
    return [step["function_name"] for step in _dbos.DBOS.list_workflow_steps(workflow_id)]


'''

# The line that follows a program, so that the interpreter does not wait for the engine's threads.
CODA = "\nimport os as _os, sys as _sys\n_sys.stdout.flush(); _sys.stderr.flush(); _os._exit(0)\n"


# What newer Pythons say in other words, and what 3.11 says.
_REWORDED = (
    (re.compile(r"'(\w+)' object can't be awaited"), r"object \1 can't be used in 'await' expression"),
    (
        re.compile(
            r"'(?:\w+\.)*(\w+)' (object does not support the asynchronous context manager protocol) \(missed .*"
        ),
        r"'\1' \2",
    ),
    (re.compile(r"AttributeError: type object 'WorkflowStatusString' has no attribute '(\w+)'"), r"AttributeError: \1"),
)


@dataclass(frozen=True, slots=True)
class Completed:
    """What a program left behind."""

    returncode: int
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[str]:
        text = self.stdout
        for newer, older in _REWORDED:
            text = newer.sub(older, text)
        return text.splitlines()


def run_program(source: str, *, database: Path | None = None, timeout: float = 60) -> Completed:
    """Run the program ``source`` in the folder of ``database`` (a temporary one without it).

    ``DBOS_SQLITE`` holds the URL of the system database. Programs that use ``launch()`` begin with ``PRELUDE``.
    """
    if database is None:
        with tempfile.TemporaryDirectory(prefix="dbos-oracle-", ignore_cleanup_errors=True) as folder:
            return run_program(source, database=Path(folder) / "dbos.sqlite", timeout=timeout)
    program = database.parent / "program.py"
    program.write_text(source + CODA, encoding="utf-8")
    return run_file(program, {"DBOS_SQLITE": f"sqlite:///{database}"}, timeout=timeout)


def run(program: str, calls: str, database: Path | None = None) -> Completed:
    """Run ``program``, launch dbos and go on with ``calls``."""
    return run_program(f"{PRELUDE}{program}\nlaunch()\n{calls}\n", database=database)


def lines(program: str, calls: str, database: Path | None = None) -> list[str]:
    """What is printed by such a run, which must not fail."""
    done = run(program, calls, database)
    assert done.returncode == 0, done.stderr
    return done.lines


def run_file(
    program: Path, environment: Mapping[str, str] = {}, *, interpreter: str = sys.executable, timeout: float = 60
) -> Completed:
    """Run the file ``program`` in its folder."""
    env = {**os.environ, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1", **environment}
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        if hasattr(os, "fork"):
            # What begins with PYTHON is read when an interpreter starts, the seed of hashes for one.
            started = frozenset((name, value) for name, value in env.items() if name.startswith("PYTHON"))
            returncode = _parent(interpreter, started).run(program, env, stdout.fileno(), stderr.fileno(), timeout)
        else:
            returncode = subprocess.run(
                [interpreter, program.name], cwd=program.parent, env=env, stdout=stdout, stderr=stderr, timeout=timeout
            ).returncode
        return Completed(returncode, _written(stdout), _written(stderr))


def _written(stream: IO[bytes]) -> str:
    stream.seek(0)
    return io.TextIOWrapper(stream, "utf-8").read()


class _Parent:
    """The interpreter whose forks run programs, one after the other. It ends when this process does."""

    def __init__(self, interpreter: str, environment: Mapping[str, str]) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [interpreter, str(Path(__file__).with_name("parent.py"))],
                env={**os.environ, **environment},
                stdin=theirs,
                stdout=subprocess.DEVNULL,
            )

    def run(self, program: Path, environment: Mapping[str, str], stdout: int, stderr: int, timeout: float) -> int:
        """The exit code of a program."""
        with tempfile.TemporaryFile() as asked:
            asked.write(json.dumps([str(program), environment]).encode())
            asked.seek(0)
            socket.send_fds(self._socket, [b"?"], [asked.fileno(), stdout, stderr])
        self._socket.settimeout(timeout)
        process = self._answer()
        try:
            return self._answer()
        except TimeoutError:
            os.kill(process, signal.SIGKILL)
            self._answer()
            raise

    def _answer(self) -> int:
        answer = self._socket.recv(4, socket.MSG_WAITALL)
        if len(answer) < 4:
            raise ConnectionError("the interpreter whose forks run programs has died")
        return int.from_bytes(answer, "big", signed=True)


@functools.cache
def _parent(interpreter: str, started: frozenset[tuple[str, str]]) -> _Parent:
    return _Parent(interpreter, dict(started))


def page_program(code: str, heading: str) -> str:
    """The program under ``heading`` (``Example`` or ``Use instead``) of a rule's page."""
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    section = page.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    found = re.search(r"^```python\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert found is not None, f"{code} has no program under {heading!r}"
    return found[1]
