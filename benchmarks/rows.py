"""The rows of the table of promises: what is measured, over what, and how far it may go."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

import inputs
from fetch import corpus
from measure import Case, Command, Sample
from venvs import ASYNC, BARE, BUGBEAR, FIXIT, OURS

_PARSE = """
import ast, os, sys, warnings
warnings.simplefilter("ignore")
for path in sys.argv[1:]:
    named = [path] if path.endswith(".py") else [
        os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names if name.endswith(".py")
    ]
    for name in named:
        with open(name, "rb") as file:
            source = file.read()
        try:
            ast.parse(source)
        except (SyntaxError, ValueError):
            pass
"""
_CLICK = "import click; click.command()(lambda: None)()"
_LINT = ("--isolated", "--no-respect-gitignore", "--debug")
_RUFF = ("--isolated", "--no-respect-gitignore", "--select", "F", "--quiet")
_FLAKE8 = ("--isolated", "-j1", "--exclude=")

Samples = Mapping[str, Sequence[Sample]]


@dataclass(frozen=True, slots=True)
class Row:
    """A promise: what ``subject`` takes over what ``over`` does is at most ``must``, and aims at ``aim``.

    ``figure`` tells it from the samples of both; where ``is_least``, it is a least. ``peers`` are measured beside them.
    """

    key: str
    what: str
    must: float
    aim: float
    unit: str
    subject: Case
    over: Case | None
    peers: tuple[Case, ...] = ()
    figure: Callable[[Row, Samples], float] = field(default=lambda row, samples: row.cpu(samples))
    is_least: bool = False

    @property
    def cases(self) -> tuple[Case, ...]:
        return (*((self.over,) if self.over else ()), self.subject, *self.peers)

    def cpu(self, samples: Samples) -> float:
        """The CPU time over that of the other."""
        assert self.over is not None
        return median(each.cpu for each in samples[self.subject.name]) / median(
            each.cpu for each in samples[self.over.name]
        )

    def wall(self, samples: Samples) -> float:
        """The same of the time by the clock."""
        assert self.over is not None
        return median(each.wall for each in samples[self.subject.name]) / median(
            each.wall for each in samples[self.over.name]
        )

    def by_clock(self, samples: Samples) -> float:
        """The ratio of the times by the clock, the way round in which the promise is made."""
        return 1 / self.wall(samples) if self.is_least else self.wall(samples)

    def holds(self, figure: float, limit: float) -> bool:
        return figure >= limit if self.is_least else figure <= limit


def _check(*arguments: str, cached: Path | None = None, jobs: int = 1) -> Command:
    cache = ("--no-cache",) if cached is None else ("--cache-dir", str(cached))
    return (OURS.tool("dbos-lint"), "check", *arguments, *_LINT, "--jobs", str(jobs), *cache)


def _ruff(*paths: str, cached: Path | None = None) -> Case:
    cache = ("--no-cache",) if cached is None else ("--cache-dir", str(cached))
    name = "ruff check F, warm" if cached else "ruff check F"
    return Case(name, (OURS.tool("ruff"), "check", *paths, *_RUFF, *cache))


def _python(name: str, program: str, *arguments: str) -> Case:
    return Case(name, (OURS.python, "-c", program, *arguments), (0,))


def _cache(name: str) -> Path:
    folder = inputs.SCRATCH / f"cache_{name}"
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def _fixed(row: Row, samples: Samples) -> float:
    return median(each.peak for each in samples[row.subject.name])


def _faster(row: Row, samples: Samples) -> float:
    return 1 / row.wall(samples)


def _c_cold() -> Row:
    path = str(corpus("C"))
    return Row(
        "c-cold",
        "C, cold",
        0.22,
        0.15,
        "x ruff F --no-cache",
        Case("check", _check(path), folder=corpus("C")),
        _ruff(path),
    )


def _c_warm() -> Row:
    path = str(corpus("C"))
    case = Case("check, warm", _check(path, cached=_cache("c")), folder=corpus("C"))
    return Row("c-warm", "C, warm", 2, 1.2, "x ruff warm", case, _ruff(path, cached=_cache("c_ruff")))


def _b_cold() -> Row:
    path = str(corpus("B"))
    peers = (
        _ruff(path),
        Case("pyflakes", (BARE.python, "-m", "pyflakes", path)),
        Case("flake8", (BARE.tool("flake8"), path, *_FLAKE8)),
    )
    case = Case("check", _check(path, "--select", "ALL"), folder=corpus("B"))
    return Row("b-cold", "B, cold, every rule", 3, 2, "x ast.parse", case, _python("ast.parse", _PARSE, path), peers)


def _m2_cold() -> Row:
    paths = [str(corpus(name)) for name in "ABC"]
    return Row(
        "m2-cold",
        "A, B and C, cold",
        2,
        1.3,
        "x ruff F --no-cache",
        Case("check", _check(*paths), folder=corpus("B").parent),
        _ruff(*paths),
    )


def _b_warm() -> Row:
    path = str(corpus("B"))
    case = Case("check, warm", _check(path, cached=_cache("b")), folder=corpus("B"))
    peers = (_ruff(path, cached=_cache("b_ruff")),)
    return Row(
        "b-warm", "B, warm, nothing changed", 0.35, 0.2, "x ast.parse", case, _python("ast.parse", _PARSE, path), peers
    )


def _b_touched() -> Row:
    folder = inputs.copy_of("B", "touched")
    turns = inputs.touches(folder / "dbos-3.4.0" / "tests" / "test_debouncer.py")
    command = _check(str(folder), cached=_cache("touched"))
    case = Case("check, one file touched", command, folder=folder, prepare=partial(next, turns))
    return Row(
        "b-touched",
        "B, warm, one file touched",
        0.6,
        0.35,
        "x ast.parse",
        case,
        _python("ast.parse", _PARSE, str(folder)),
    )


def _b_two() -> Row:
    path = str(corpus("B"))
    one, two = (Case(f"check --jobs {jobs}", _check(path, jobs=jobs), folder=corpus("B")) for jobs in (1, 2))
    return Row(
        "b-two", "B, cold, two processes", 1.4, 1.7, "x faster than one", two, one, figure=_faster, is_least=True
    )


def _start() -> Row:
    empty = inputs.SCRATCH / "empty"
    empty.mkdir(parents=True, exist_ok=True)
    return Row(
        "start",
        "start-up: check of an empty folder",
        1.4,
        1.15,
        "x an empty click command",
        Case("check, empty folder", _check(str(empty)), (0,), folder=empty),
        _python("an empty click command", _CLICK),
        (_python("python -c pass", "pass"),),
    )


def _flake8(name: str, must: float, aim: float, *, kept: bool = False) -> Row:
    path = str(corpus(name))
    key = f"flake8-{name.lower()}"
    cache = {"DBOS_LINT_CACHE_DIR": str(_cache(key))} if kept else {"DBOS_LINT_NO_CACHE": "1"}
    command = (OURS.tool("flake8"), path, *_FLAKE8)
    return Row(
        f"{key}-kept" if kept else key,
        f"flake8 -j1 with the plugin, {name}, {'nothing changed' if kept else 'no cache'}",
        must,
        aim,
        "x flake8 without",
        Case("flake8 with dbos-lint", command, folder=corpus(name), environment=cache),
        Case("flake8", (BARE.tool("flake8"), path, *_FLAKE8)),
        () if kept else (Case("flake8 with bugbear", (BUGBEAR.tool("flake8"), path, *_FLAKE8)),),
    )


def _stdin(lines: int, must: float, aim: float, *, kept: bool = False) -> Row:
    path = inputs.of_lines(lines)
    command = _check("-", "--stdin-filename", path.name, cached=_cache(f"stdin_{lines}") if kept else None)
    return Row(
        f"stdin-{lines}-kept" if kept else f"stdin-{lines}",
        f"stdin, {lines:,} lines, {'asked again' if kept else 'no cache'}",
        must,
        aim,
        "x python -c pass",
        Case("check -", command, stdin=path, folder=path.parent),
        _python("python -c pass", "pass"),
        (Case("flake8 -", (BARE.tool("flake8"), "-", *_FLAKE8), stdin=path),),
    )


def _fix() -> Row:
    source = inputs.to_be_fixed()
    copies = [source.parent / name / "app.py" for name in ("by_us", "by_fixit")]
    for copy in copies:
        copy.parent.mkdir(exist_ok=True)
        (copy.parent / "pyproject.toml").touch()
    case = Case(
        "check --fix",
        _check(str(copies[0]), "--fix"),
        folder=copies[0].parent,
        prepare=partial(shutil.copyfile, source, copies[0]),
    )
    fixit = Case(
        "fixit fix",
        (FIXIT.tool("fixit"), "fix", "--automatic", str(copies[1])),
        tuple(range(64)),
        prepare=partial(shutil.copyfile, source, copies[1]),
    )
    return Row(
        "fix", "--fix of 1,070 lines", 20, 12, "x ast.parse", case, _python("ast.parse", _PARSE, str(source)), (fixit,)
    )


def _memory() -> Row:
    path = str(corpus("B"))
    case = Case("check", _check(path, "--select", "ALL"), folder=corpus("B"))
    peers = (_ruff(path), Case("flake8 with flake8-async", (ASYNC.tool("flake8"), path, *_FLAKE8)))
    return Row("memory", "peak memory, B", 90, 60, "MiB", case, None, peers, figure=_fixed)


ROWS: Mapping[str, Callable[[], Row]] = {
    "c-cold": _c_cold,
    "c-warm": _c_warm,
    "b-cold": _b_cold,
    "m2-cold": _m2_cold,
    "b-warm": _b_warm,
    "b-touched": _b_touched,
    "b-two": _b_two,
    "start": _start,
    "flake8-b": partial(_flake8, "B", 1.2, 1.08),
    "flake8-b-kept": partial(_flake8, "B", 1.2, 1.08, kept=True),
    "flake8-c": partial(_flake8, "C", 1.02, 1.01),
    "stdin-300": partial(_stdin, 300, 6, 5),
    "stdin-3400": partial(_stdin, 3_400, 11, 9),
    "stdin-300-kept": partial(_stdin, 300, 6, 5, kept=True),
    "stdin-3400-kept": partial(_stdin, 3_400, 11, 9, kept=True),
    "fix": _fix,
    "memory": _memory,
}


def chosen(keys: Sequence[str]) -> Iterator[Row]:
    """The rows of ``keys``, or all; each is made when it is measured, for it makes its files."""
    for key, make in ROWS.items():
        if not keys or key in keys:
            yield make()
