"""Measuring commands: each sample is a fresh process; its times and its peak of memory are as the kernel tells."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

Command = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """Seconds of CPU (user and system, children included) and of the clock, and MiB at the peak of the process."""

    cpu: float
    wall: float
    peak: float


@dataclass(frozen=True, slots=True)
class Case:
    """A command that is measured. Its exit status is one of ``expected``, or the figures mean nothing.

    It runs in ``folder``, which is the root of the project that is linted, with ``environment`` beside what it has
    anyway. ``prepare`` is done before each sample, and not measured.
    """

    name: str
    command: Command
    expected: tuple[int, ...] = (0, 1)
    stdin: Path | None = None
    folder: Path | None = None
    prepare: Callable[[], object] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


def run_once(case: Case) -> Sample:
    """Run the command of ``case``."""
    if case.prepare is not None:
        case.prepare()
    # As installed: compiled modules are kept, so that no sample pays for compiling the linter.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= case.environment
    with open(case.stdin or os.devnull, "rb") as given:
        before = time.perf_counter()
        process = subprocess.Popen(
            case.command,
            env=environment,
            cwd=case.folder,
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


def spread(values: Iterable[float], form: str = ",.0f") -> str:
    """The median, and the least and the most."""
    each = list(values)
    return f"{median(each):{form}} ({min(each):{form}} to {max(each):{form}})"


def machine() -> str:
    """What it is measured on, in words."""
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    processor = next(models, platform.processor() or "unknown processor")
    python = f"{platform.python_implementation()} {platform.python_version()}"
    load = f"load {os.getloadavg()[0]:.1f} when done" if hasattr(os, "getloadavg") else "load unknown"
    return f"{processor}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}; {python}; {load}."
