"""Which Python knows the syntax that this one refuses, as far as the refused line tells."""

from __future__ import annotations

import re
import sys

_TYPE_PARAMETERS = r"(?:async[ \t]+)?(?:def|class)[ \t]+\w+[ \t]*\["
# What the refused line holds, or what is said about it: what that is, and the first Python that knows it.
_LINES = (
    (re.compile(r"[ \t]*except[ \t]*\*"), "except*", (3, 11)),
    (re.compile(r"[ \t]*type[ \t]+\w+[ \t]*[=\[]"), "a type statement", (3, 12)),
    (re.compile(rf"[ \t]*{_TYPE_PARAMETERS}[^]=]*="), "a default of a type parameter", (3, 13)),
    (re.compile(rf"[ \t]*{_TYPE_PARAMETERS}"), "a list of type parameters", (3, 12)),
    (re.compile(r"[ \t]*lazy[ \t]+(?:import|from)[ \t]"), "a lazy import", (3, 15)),
)
# What stands anywhere in a line about which nothing else is said.
_IN_LINES = (
    (re.compile(r"\*\w+[ \t]*:[ \t]*\*"), "a star in an annotation", (3, 11)),
    (re.compile(r"\w\[(?:[^\[\]]*,)?[ \t]*\*"), "a star in an index", (3, 11)),
    (re.compile(r"\b(?:t|tr|rt)[\"']", re.IGNORECASE), "a template string", (3, 14)),
)
_MESSAGES = (
    ("f-string expression part cannot include", "such an f-string", (3, 12)),
    ("multiple exception types must be parenthesized", "except without brackets", (3, 14)),
    ("iterable unpacking cannot be used in comprehension", "unpacking in a comprehension", (3, 15)),
    ("dict unpacking cannot be used in dict comprehension", "unpacking in a comprehension", (3, 15)),
)


def newer(message: str, line: str) -> str:
    """What to add to the ``message`` with which ``line`` was refused: nothing, where no newer Python will help."""
    for pattern, what, version in _LINES:
        if version > sys.version_info and pattern.match(line):
            return _told(what, version)
    for start, what, version in _MESSAGES:
        if version > sys.version_info and message.startswith(start):
            return _told(what, version)
    if sys.version_info < (3, 12) and message.startswith("f-string:"):
        # Quotes in quotes, most likely; but a brace may be missing as well.
        return f"; some f-strings take Python 3.12 or newer, and this is {_THIS}"
    for pattern, what, version in _IN_LINES if message == "invalid syntax" else ():
        if version > sys.version_info and pattern.search(line):
            return _told(what, version)
    return ""


_THIS = f"Python {sys.version_info[0]}.{sys.version_info[1]}"


def _told(what: str, version: tuple[int, int]) -> str:
    return f"; {what} takes Python {version[0]}.{version[1]} or newer, and this is {_THIS}"
