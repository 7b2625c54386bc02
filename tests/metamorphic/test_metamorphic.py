"""Programs rewritten so that they do the same: what is found in them stays, in the same functions.

Each change meets some of the fixtures, others for each change; all of them with ``DBOS_LINT_EFFORT=100``.
"""

from __future__ import annotations

import ast
import zlib
from functools import cache
from pathlib import Path

import pytest

from tests.effort import EFFORT
from tests.markers import Fixture, all_fixtures
from tests.metamorphic.changes import BY_CODE, CHANGES
from tests.metamorphic.comparing import Found, difference, found, parses
from tests.metamorphic.names import Project
from tests.metamorphic.telling import TELLING

PARTS = max(1, 100 // EFFORT) if EFFORT else 400
_SUFFIXES = frozenset({".py", ".toml", ".cfg", ".ini"})


@cache
def projects() -> dict[str, Fixture]:
    """The fixtures that Python reads, by their names."""
    fixtures = (fixture for fixture in all_fixtures() if fixture.path.parent.name != "broken")
    return {fixture.name: fixture for fixture in fixtures if all(map(parses, fixture.texts().values()))}


def chosen(change: str) -> list[str]:
    return [name for name in projects() if zlib.crc32(f"{change} {name}".encode()) % PARTS == 0]


def written(fixture: Fixture, folder: Path) -> Project:
    """The files of a fixture, its options among them, as Python itself would write them: without comments."""
    root = fixture.copy(folder / "fixture")
    texts = {
        file.relative_to(root).as_posix(): file.read_bytes().decode("utf-8")
        for file in sorted(root.rglob("*"))
        if file.suffix in _SUFFIXES
    }
    return {path: f"{ast.unparse(ast.parse(text))}\n" if path.endswith(".py") else text for path, text in texts.items()}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_nothing_changes_no_finding(change: str, tmp_path: Path) -> None:
    wrong: dict[str, list[str]] = {}
    for number, name in enumerate(chosen(change)):
        folder = tmp_path / str(number)
        before = written(projects()[name], folder)
        after = CHANGES[change](before)
        was: Found = found(before, folder / "before")
        lines = difference(was, found(after, folder / "after"), places=change not in BY_CODE)
        if lines and (change, name) not in TELLING:
            wrong[name] = lines

    assert not wrong, "\n".join(f"{name}: {', '.join(lines)}" for name, lines in wrong.items())


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_changes_something(change: str, tmp_path: Path) -> None:
    if change == "plain":
        return
    text = (
        "import time\nfrom dbos import DBOS\n\n"
        "def late(to=0):\n    if to:\n        return to\n    return time.time()\n\n"
        "async def later(hour):\n    if hour is not None:\n        day = hour\n    else:\n        day = 2\n"
        "    return print(late(), day)\n\n@DBOS.workflow()\nasync def ship(order):\n"
        "    return await later(str(order))\n"
    )
    before = {"app.py": text}
    after = CHANGES[change](before)

    assert after != CHANGES["plain"](before)
    assert all(map(parses, after.values()))
