"""What the benchmarks run on, beside whole corpora: beginnings of real files, and copies that may be changed."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

from fetch import HERE, corpus

SCRATCH = HERE / "scratch"
# Programs that use DBOS from one end to the other.
_TESTS = "dbos-3.4.0/tests/test_dbos.py"
_QUEUES = "dbos-3.4.0/tests/test_queue.py"


def beginning(path: Path, lines: int) -> str:
    """The statements at the top of the file at ``path`` that end within ``lines``."""
    text = path.read_text(encoding="utf-8")
    last = max(each.end_lineno or 0 for each in ast.parse(text).body if (each.end_lineno or 0) <= lines)
    return "".join(text.splitlines(keepends=True)[:last])


def of_lines(lines: int, source: str = _TESTS) -> Path:
    """A DBOS program of about so many ``lines``, which is a project by itself."""
    made = SCRATCH / f"lines_{lines}" / "app.py"
    made.parent.mkdir(parents=True, exist_ok=True)
    (made.parent / "pyproject.toml").touch()
    made.write_text(beginning(corpus("B") / source, lines), encoding="utf-8")
    return made


def to_be_fixed() -> Path:
    """A program of 1,070 lines with findings that have fixes."""
    return of_lines(1_070, _QUEUES)


def copy_of(name: str, purpose: str) -> Path:
    """A copy of a corpus, made anew."""
    made = SCRATCH / f"{purpose}_{name}"
    shutil.rmtree(made, ignore_errors=True)
    shutil.copytree(corpus(name), made)
    return made


def touches(path: Path) -> Iterator[None]:
    """Change the text of a file, though not what it means, each time the next item is taken."""
    text = path.read_text(encoding="utf-8")
    turn = 0
    while True:
        turn += 1
        path.write_text(f"{text}# {turn}\n", encoding="utf-8")
        yield None
