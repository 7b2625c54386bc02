"""Text that is safe on a terminal: no escape sequence but our own, and a known width."""

from __future__ import annotations

import re

from dbos_lint.diagnostic import Level

# Controls, what turns the direction of writing, what takes no room (but the joiners that many scripts need), and
# what is no character.
_CONTROL = (
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_LEVEL_COLORS = {Level.ERROR: "31", Level.WARNING: "33", Level.ADVICE: "36"}


def harmless(text: str) -> str:
    """``text`` without what a terminal would obey, or what would show it in another order than it has."""
    return text if text.isprintable() else re.sub(_CONTROL, _picture, text)


def width(text: str) -> int:
    """How many columns ``text`` takes."""
    if text.isascii():
        return len(text)
    return sum(map(_width, text))


class Palette:
    """Styles text, or leaves it alone where colour is off."""

    __slots__ = ("color",)

    def __init__(self, color: bool) -> None:
        self.color = color

    def strong(self, text: str) -> str:
        return self._styled(text, "1")

    def gutter(self, text: str) -> str:
        return self._styled(text, "1;34")

    def level(self, text: str, level: Level) -> str:
        return self._styled(text, f"1;{_LEVEL_COLORS[level]}")

    def _styled(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and text else text


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def _width(character: str) -> int:
    import unicodedata  # not for what is ASCII

    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
