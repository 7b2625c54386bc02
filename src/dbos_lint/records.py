"""Named tuples that take a third of the time to make: a run for one file is mostly loading, and makes eighty of them.

For type checkers they are :class:`typing.NamedTuple`. That compiles each annotation by itself, which nobody here asks
for; what it makes of a class is otherwise what :func:`collections.namedtuple` makes.
"""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:

    class _Made(type):
        """Makes a named tuple of a class that lists its fields, with the methods that stand below them."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            fields = body.pop("__annotations__")
            defaults = [body.pop(field) for field in fields if field in body]
            made = namedtuple(name, fields, defaults=defaults, module=body.pop("__module__"))
            made.__annotations__ = fields
            for key, value in body.items():
                setattr(made, key, value)
            return made

    NamedTuple = type.__new__(_Made, "NamedTuple", (), {})
