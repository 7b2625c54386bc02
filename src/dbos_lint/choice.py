"""Which fixes of a run are wanted: told from findings and settings alone, without libcst."""

from __future__ import annotations

import re
from collections.abc import Collection

from dbos_lint.diagnostic import Diagnostic
from dbos_lint.fix import Applicability, Fix
from dbos_lint.paths import absolute
from dbos_lint.records import NamedTuple
from dbos_lint.settings import Settings

_PLACE = r"(?s)(?P<file>.+?):(?P<row>[1-9]\d*)(?::(?P<code>DBS\d{3}))?"


class Place(NamedTuple):
    """A row of a file, and the code that is meant there; without one, every code is."""

    filename: str
    row: int
    code: str = ""

    def is_of(self, found: Diagnostic) -> bool:
        return (found.filename, found.start.row) == (self.filename, self.row) and self.code in ("", found.code)

    def __str__(self) -> str:
        return f"{self.filename}:{self.row}{self.code and f':{self.code}'}"


def place(text: str) -> Place:
    """The place that ``FILE:LINE[:CODE]`` names; a ``ValueError`` where it is none."""
    match = re.fullmatch(_PLACE, text)
    if match is None:
        raise ValueError(f"'{text}' is no place such as 'app.py:12' or 'app.py:12:DBS901'")
    return Place(absolute(match["file"]), int(match["row"]), match["code"] or "")


def fix_of(found: Diagnostic) -> Fix | None:
    """The fix that a check may offer for ``found``: one that changes other files too is for ``upgrade``."""
    return None if found.fix is None or found.fix.elsewhere else found.fix


def is_hidden(found: Diagnostic, settings: Settings) -> bool:
    """Whether ``found`` has a fix that takes ``--unsafe-fixes``."""
    fix = fix_of(found)
    return fix is not None and fix.applicability is Applicability.UNSAFE and not settings.unsafe_fixes


def is_applicable(found: Diagnostic, settings: Settings) -> bool:
    """Whether ``--fix`` mends ``found``, as ``settings`` stand."""
    return fix_of(found) is not None and not is_hidden(found, settings)


def is_wanted(found: Diagnostic, settings: Settings, places: Collection[Place] | None) -> bool:
    """Whether ``found`` is to be mended; ``places`` are the only ones where something is."""
    return (
        settings.fix
        and is_applicable(found, settings)
        and (places is None or any(each.is_of(found) for each in places))
    )
