"""What portable JSON makes of Python's types: seen by storing one of each."""

from __future__ import annotations

BECOMES: dict[str, str] = {
    "a tuple": "a list",
    "a named tuple": "a list",
    "a set": "a list",
    "a datetime": "a string",
    "a date": "a string",
    "a Decimal": "a string",
}
"""What comes back as something else. All other things that are no JSON are refused."""

CONVERTED_BACK = frozenset({"datetime.datetime", "datetime.date"})
"""Annotations of parameters for which dbos turns the string into what it was."""

KINDS: dict[str, str] = {
    "tuple": "a tuple",
    "set": "a set",
    "frozenset": "a frozenset",
    "generator": "a generator",
}
"""Displays, comprehensions and builtin collections."""

TYPES: dict[str, str] = {
    **KINDS,
    **dict.fromkeys(("typing.Tuple", "builtins.tuple"), "a tuple"),
    **dict.fromkeys(("typing.Set", "typing.MutableSet", "collections.abc.MutableSet"), "a set"),
    "typing.FrozenSet": "a frozenset",
    "bytes": "bytes",
    "bytearray": "a bytearray",
    "memoryview": "a memoryview",
    "complex": "a complex number",
    "collections.deque": "a deque",
    "datetime.datetime": "a datetime",
    "datetime.date": "a date",
    "datetime.time": "a time",
    "datetime.timedelta": "a timedelta",
    "decimal.Decimal": "a Decimal",
    "fractions.Fraction": "a Fraction",
    "pathlib.Path": "a path",
    "pathlib.PurePath": "a path",
    "uuid.UUID": "a UUID",
    "re.Pattern": "a pattern",
}
"""Classes, with what their objects are called in a message."""

_DATETIMES = "now utcnow today fromtimestamp utcfromtimestamp fromisoformat strptime combine"
CALLS: dict[str, str] = {
    **{name: TYPES[name] for name in ("tuple", "set", "frozenset", "bytes", "bytearray", "complex")},
    **{name: TYPES[name] for name in ("datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta")},
    **{f"datetime.datetime.{name}": "a datetime" for name in _DATETIMES.split()},
    **{f"datetime.date.{name}": "a date" for name in ("today", "fromtimestamp", "fromisoformat")},
    **{f"uuid.uuid{number}": "a UUID" for number in (1, 3, 4, 5, 6, 7, 8)},
    "os.urandom": "bytes",
    "secrets.token_bytes": "bytes",
}
"""What calling a name gives."""

MODELS = frozenset({"pydantic.BaseModel", "pydantic.main.BaseModel", "sqlmodel.SQLModel", "msgspec.Struct"})
"""Base classes whose objects are refused."""
DATACLASSES = frozenset({"dataclasses.dataclass", "attrs.define", "attrs.frozen", "attr.s", "attr.define"})
"""Decorators of classes whose objects are refused."""
NAMED_TUPLES = frozenset({"typing.NamedTuple"})
