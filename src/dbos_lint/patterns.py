"""The file patterns of the settings: globs on a path, or on its last part.

A pattern matches a path when it matches the whole path, taken from the settings' root, or the file's name
alone. ``*`` crosses folders and ``**/`` stands for any number of them, also none.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from functools import lru_cache

_WILDCARD = r"((?:\*\*/)+|\*+|\?|\[!?[^\]]{1,255}\])"  # most runs have none, and need not compile it
_STARS = re.compile(r"\*+")
# With more of them in one pattern, the time that a regular expression takes explodes.
_MOST_STARS = 2
_MORE_THAN_A_NAME = frozenset("*?[/\\:")


@lru_cache(maxsize=512)
def matcher(patterns: tuple[str, ...], root: str) -> Callable[[str], bool]:
    """Tell for an absolute path whether one of ``patterns``, relative to ``root``, matches it."""
    names = frozenset(pattern.rstrip("/") for pattern in patterns if _is_name(pattern))
    globs = dict.fromkeys(pattern for pattern in patterns if not _is_name(pattern))
    if not globs:  # as the default ones: nothing is compiled for them
        return lambda path: path[path.rfind(os.sep) + 1 :] in names
    wild = {pattern: None for pattern in globs if len(_STARS.findall(pattern)) > _MOST_STARS}
    plain = [pattern for pattern in globs if pattern not in wild]
    whole = _alternatives(_absolute(pattern, root) for pattern in plain)
    name = _alternatives(pattern.rstrip("/") for pattern in plain)
    wild_whole = [_pieces(_absolute(pattern, root)) for pattern in wild]
    wild_name = [_pieces(pattern.rstrip("/")) for pattern in wild]

    def matches(path: str) -> bool:
        posix = path.replace(os.sep, "/")
        last = posix.rpartition("/")[2]
        if last in names or name.fullmatch(last) or whole.fullmatch(posix):
            return True
        return any(_fits(each, last) for each in wild_name) or any(_fits(each, posix) for each in wild_whole)

    return matches


def anchored(pattern: str, root: str) -> str:
    """``pattern`` as it is to be kept when it is relative to ``root``, not to the settings' root."""
    return _absolute(pattern, root) if "/" in pattern.rstrip("/") else pattern


def _is_name(pattern: str) -> bool:
    """Whether ``pattern`` is one name: it then matches a whole path only where it matches the last part of it, too."""
    name = pattern.rstrip("/")
    return name not in {"", ".", ".."} and _MORE_THAN_A_NAME.isdisjoint(name)


def _absolute(pattern: str, root: str) -> str:
    from glob import escape

    whole = pattern if os.path.isabs(pattern) else f"{escape(root)}/{pattern}"
    return os.path.normpath(whole).replace(os.sep, "/")


def _alternatives(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(_regex, patterns)) or "(?!)", re.DOTALL)


def _pieces(pattern: str) -> list[re.Pattern[str] | str]:
    """The wildcards of ``pattern`` that stand for any number of characters, and what stands between them."""
    parts = re.split(r"((?:\*\*/)+|\*+)", pattern)
    return [part[:3] if part.startswith("*") else re.compile(_regex(part), re.DOTALL) for part in parts if part]


def _fits(pieces: Iterable[re.Pattern[str] | str], text: str) -> bool:
    """Whether ``pieces`` are all of ``text``: step by step, where all that is done so far may end.

    A regular expression would try each way to divide the text among the wildcards.
    """
    ends: Iterable[int] = (0,)
    for piece in pieces:
        if isinstance(piece, re.Pattern):
            ends = {found.end() for end in ends if (found := piece.match(text, end))}
        elif piece == "**/":
            first = min(ends)
            ends = {*ends, *(place + 1 for place in range(first, len(text)) if text[place] == "/")}
        else:
            ends = range(min(ends), len(text) + 1)
        if not ends:
            return False
    return len(text) in ends


def _regex(pattern: str) -> str:
    text = "".join(map(_regex_of_part, re.split(_WILDCARD, pattern)))
    try:
        re.compile(text)
    except re.error:  # a class such as [z-a] that no name can be in: taken as it is written
        return re.escape(pattern)
    return text


def _regex_of_part(part: str) -> str:
    if part.startswith("**/"):
        return "(?:.*/)?"
    if part.startswith("*"):
        return ".*"
    if part == "?":
        return "."
    if part.startswith("[") and part.endswith("]") and len(part) > 2:
        negated = part.startswith("[!")
        body = re.sub(r"(?s)(.)-(.)|.", _in_class, part[1 + negated : -1])
        return f"[{'^' if negated else ''}{body}]"
    return re.escape(part)


def _in_class(match: re.Match[str]) -> str:
    """A character of a class, or two with all between them: what else means something to Python is taken as it is."""
    return f"{re.escape(match[1])}-{re.escape(match[2])}" if match[1] else re.escape(match[0])
