"""Measuring commands: each sample is a fresh process; its times and its peak of memory are as the kernel tells."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Command = tuple[str, ...]

LINT = "from dbos_lint.cli import main; main()"
# --debug: a fault of the linter shows its traceback, which ends the benchmark.
LINT_OPTIONS = (
    "--no-cache",
    "--isolated",
    "--no-respect-gitignore",
    "--jobs",
    "1",
    "--output-format",
    "json",
    "--debug",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """Seconds of CPU (user and system, children included) and of the clock, and MiB at the peak of the process."""

    cpu: float
    wall: float
    peak: float


@dataclass(frozen=True, slots=True)
class Case:
    """A command that is measured. Its exit status is one of ``expected``, or the figures mean nothing."""

    name: str
    command: Command
    expected: tuple[int, ...] = (0, 1)
    environment: Mapping[str, str] = field(default_factory=dict)
    stdin: Path | None = None


def run_once(case: Case) -> Sample:
    # As installed: compiled modules are kept, so that no sample pays for compiling the linter.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with open(case.stdin or os.devnull, "rb") as given:
        before = time.perf_counter()
        process = subprocess.Popen(
            case.command,
            env={**environment, **case.environment},
            stdin=given,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        assert process.stderr is not None
        complaint = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - before
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode not in case.expected or b"Traceback" in complaint:
        raise SystemExit(f"{case.name} ended with {process.returncode}\n{complaint.decode(errors='replace')}")
    # Linux counts KiB, macOS bytes.
    unit = 1024 if sys.platform == "linux" else 1024 * 1024
    return Sample(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / unit)


def measure(cases: Iterable[Case], rounds: int) -> dict[str, list[Sample]]:
    """``rounds`` samples of each case, one of each in turn, after one of each that only warms the disk's cache.

    Interleaved, so that a busy machine slows all commands alike.
    """
    cases = tuple(cases)
    taken: dict[str, list[Sample]] = {case.name: [] for case in cases}
    for turn in range(rounds + 1):
        for case in cases:
            sample = run_once(case)
            if turn:
                taken[case.name].append(sample)
    return taken


def python(program: str, *arguments: str) -> Command:
    return (sys.executable, "-c", program, *arguments)


def processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or "unknown processor")
