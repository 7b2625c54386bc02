"""Which cron expressions dbos refuses: those that croniter does, and before dbos 3.3 an older one that came with it.

An expression of five fields is minute, hour, day, month, weekday; a sixth one stands first and is the second, a seventh
one last and is the year.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_ALIASES = frozenset("@midnight @hourly @daily @weekly @monthly @yearly @annually".split())
_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_WEEKDAYS = {name: number for number, name in enumerate("sun mon tue wed thu fri sat".split())}
_NUMBER = re.compile(r"\d+", re.ASCII)
_RANGE = re.compile(r"([^-]+)-([^-/]+)(?:/(\d+))?", re.ASCII)
_HASHED = re.compile(r"[hr](\(\d+-\d+\))?(/\d+)?", re.ASCII)
_NAMES = "|".join([*_WEEKDAYS, *_MONTHS])
_NTH_WEEKDAY = re.compile(rf"(?:((?:{_NAMES})(?:-(?:{_NAMES}))?|\w+)#|l)(\d+)", re.ASCII)
_NEAREST_WEEKDAY = re.compile(r"(\d+)w|w(\d+)", re.ASCII)
# More than any field's values: a range of years that long is not counted out.
_MANY = 10_000


class _Field:
    __slots__ = ("high", "low", "name", "names")

    def __init__(self, name: str, low: int, high: int, names: Mapping[str, int] = MappingProxyType({})) -> None:
        self.name = name
        self.low = low
        self.high = high
        self.names = names


_SECOND = _Field("second", 0, 59)
_MINUTE = _Field("minute", 0, 59)
_HOUR = _Field("hour", 0, 23)
_DAY = _Field("day", 1, 31)
_MONTH = _Field("month", 1, 12, _MONTHS)
_WEEKDAY = _Field("weekday", 0, 6, _WEEKDAYS)
_YEAR = _Field("year", 1970, 2099)
_FIELDS = {
    5: (_MINUTE, _HOUR, _DAY, _MONTH, _WEEKDAY),
    6: (_SECOND, _MINUTE, _HOUR, _DAY, _MONTH, _WEEKDAY),
    7: (_SECOND, _MINUTE, _HOUR, _DAY, _MONTH, _WEEKDAY, _YEAR),
}


class _RefusedError(Exception):
    """Raised with the reason."""


def refusal(expression: str, *, wraps: bool) -> str:
    """Why dbos refuses the cron expression; empty when it does not.

    ``wraps`` says that the reader is croniter as it is today: ranges may wrap around, and ``15W`` is known.
    """
    text = expression.lower()
    if text in _ALIASES:
        return ""
    parts = text.split()
    if text.startswith("@"):
        return f"there is no alias {parts[0]!r}"
    if len(parts) not in _FIELDS:
        return f"it has {len(parts)} field{'s' * (len(parts) != 1)}, not 5, 6 or 7"
    try:
        for field, part in zip(_FIELDS[len(parts)], parts, strict=True):
            _Reader(field, len(parts), wraps).read(part)
    except _RefusedError as refused:
        return str(refused)
    return ""


class _Reader:
    __slots__ = ("field", "fields", "wraps")

    def __init__(self, field: _Field, fields: int, wraps: bool) -> None:
        self.field = field
        self.fields = fields
        self.wraps = wraps

    def read(self, text: str) -> None:
        """Check the text of the field."""
        if _HASHED.fullmatch(text):
            if text.startswith("h"):
                raise self.refused("has 'H', for which dbos gives no hash")
            return
        if "?" in text:
            if text != "?" or self.field not in (_DAY, _WEEKDAY):
                raise self.refused("has a question mark, which stands alone in the day or the weekday")
            return
        elements = text.split(",")
        plain: set[int] = set()
        nth: set[int] = set()
        for element in elements:
            numbered = _NTH_WEEKDAY.fullmatch(element) if self.field is _WEEKDAY else None
            if numbered is not None:
                nth |= self.numbered(numbered[1] or "", numbered[2])
            elif self.field is _DAY and self.wraps and _NEAREST_WEEKDAY.fullmatch(element):
                self.number(element.strip("w"))
                if len(elements) > 1:
                    raise self.refused("has 'W' in a list")
            else:
                plain |= self.values(element)
        if nth and not plain <= nth and len(plain | nth) < 7:
            raise self.refused("mixes weekdays with numbered ones")

    def numbered(self, weekdays: str, number: str) -> set[int]:
        """The weekdays of ``1#2`` (the second Monday) and ``l5`` (the last Friday)."""
        if weekdays and not 1 <= int(number) <= 5:
            raise self.refused(f"has '#{number}', but no month has more than 5 weeks")
        return self.values(weekdays or number)

    def values(self, element: str) -> set[int]:
        """The values of one element; none for ``*`` and ``l``, which fit everything."""
        if element == "*" or (element == "l" and self.field is _DAY):
            return set()
        full = re.sub(r"^\*(?=/.)", f"{self.field.low}-{self.top}", element)
        match = _RANGE.fullmatch(full)
        stepped = match is None
        if match is None:
            full = re.sub(r"^(.+)/(.+)$", rf"\1-{self.top}/\2", element)
            match = _RANGE.fullmatch(full)
        if match is None:
            return {self.number(element)}
        low, high = self.bound(match[1]), self.bound("31" if self.field is _DAY and match[2] == "l" else match[2])
        step = int(match[3] or 1)
        if step == 0:
            raise self.refused(f"has a step of 0 in {element!r}")
        if self.wraps:
            low, high = self.alias(low), self.alias(high)
            if max(low, high) > self.top:
                raise self.refused(f"has {max(low, high)}, but ends with {self.field.high}")
            if low == high and not stepped:
                return set(range(self.field.low, self.top + 1))
        elif low > high:
            if self.field is not _WEEKDAY or high != 0:
                raise self.refused(f"has a range that runs backwards, {element!r}")
            high = 7
        if max(low, high) > self.top:
            raise self.refused(f"has {max(low, high)}, but ends with {self.field.high}")
        found = range(low, high + 1, step) if low <= high else [*range(low, self.top + 1, step), self.field.low]
        return {self.checked(value) for value in list(found)[:_MANY]}

    @property
    def top(self) -> int:
        """The largest number that may be written: the older reader counts Sunday twice."""
        return 7 if self.field is _WEEKDAY and not self.wraps else self.field.high

    def bound(self, text: str) -> int:
        if _NUMBER.fullmatch(text):
            return int(text[:9])
        if text in self.field.names:
            return self.field.names[text]
        raise self.refused(f"has {text!r}, which is no number")

    def number(self, text: str) -> int:
        return self.checked(self.bound(text))

    def checked(self, value: int) -> int:
        value = self.alias(value)
        if not self.field.low <= value <= self.top:
            raise self.refused(f"has {value}, which is not from {self.field.low} to {self.field.high}")
        return value

    def alias(self, value: int) -> int:
        """Another number for the same: Sunday is 0 and 7. Of six fields, most releases take day 0 for 1."""
        if self.field is _WEEKDAY and value == 7 and (self.wraps or self.fields == 5):
            return 0
        if self.field is _DAY and value == 0 and self.fields == 6:
            return 1
        return value

    def refused(self, reason: str) -> _RefusedError:
        return _RefusedError(f"the {self.field.name} {reason}")
