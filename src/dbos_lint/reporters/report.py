"""The values that every reporter works on, and the words that several of them share."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dbos_lint.diagnostic import Diagnostic, TraceStep
from dbos_lint.paths import shown
from dbos_lint.records import NamedTuple

if TYPE_CHECKING:
    from dbos_lint.fixes.replacements import Replacement


class Report(NamedTuple):
    """What there is to say: findings in order, the folder that names are relative to, and how to get at source.

    ``lines`` gives the lines of a file, or none; ``color`` says whether escape sequences may colour text. ``fixable``
    tells what ``--fix`` would mend as the options stand, ``replacements`` how.
    """

    diagnostics: tuple[Diagnostic, ...]
    cwd: str
    lines: Callable[[str], Sequence[str]]
    color: bool = False
    fixable: Callable[[Diagnostic], bool] = lambda found: False
    replacements: Callable[[Diagnostic], Sequence[Replacement]] = lambda found: ()

    def mark(self, diagnostic: Diagnostic) -> str:
        """What stands before the message of a finding that ``--fix`` would mend."""
        return "[*] " if self.fixable(diagnostic) else ""

    def place(self, diagnostic: Diagnostic) -> str:
        """``file:row:column``, with the file's name as text output shows it."""
        return f"{shown(diagnostic.filename, self.cwd)}:{diagnostic.start.row}:{diagnostic.start.column}"

    def link(self, step: TraceStep) -> str:
        """One link of a chain, with its place."""
        return f"{step.label} ({shown(step.filename, self.cwd)}:{step.row})"


def readable(text: str) -> str:
    """``text`` for a format that is Unicode: bytes of a file name that are not text show as U+FFFD, and so does half
    a character that a program writes, such as ``"\\ud800"``."""
    if text.isascii():
        return text
    text = re.sub("[\ud800-\udc7f\udd00-\udfff]", "\ufffd", text)
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
