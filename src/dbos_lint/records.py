"""Named tuples that take a fifth of the time to make: a run for one file is mostly loading, and makes a hundred.

For type checkers they are :class:`typing.NamedTuple`. That compiles each annotation by itself, and a constructor for
each class. Here nobody asks for the first, classes with as many fields share the second but for its names, and all
share the other methods.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    from collections import _tuplegetter
    from functools import cache
    from types import CodeType, FunctionType

    @cache
    def _constructor(fields: int) -> CodeType:
        """What makes a tuple of its arguments, as :func:`collections.namedtuple` writes it."""
        arguments = "".join(f"_{number}, " for number in range(fields))
        return eval(f"lambda _cls, {arguments}: _new(_cls, ({arguments}))").__code__

    class _Record(tuple):
        """What all records can do, as :func:`collections.namedtuple` defines it."""

        __slots__ = ()

        @classmethod
        def _make(cls, values):
            return cls(*values)

        def _replace(self, /, **changed):
            made = type(self)(*map(changed.pop, self._fields, self))
            if changed:
                raise ValueError(f"unknown fields: {list(changed)}")
            return made

        __replace__ = _replace  # for copy.replace, from Python 3.13 on

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self):
            return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._asdict().items())})"

        def __getnewargs__(self):
            return tuple(self)

    class _Made(type):
        """Makes a named tuple of a class that lists its fields, with the methods that stand below them."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            fields = tuple(body["__annotations__"])
            defaults = tuple([body.pop(field) for field in fields if field in body])
            code = _constructor(len(fields)).replace(co_name="__new__", co_varnames=("_cls", *fields))
            made = FunctionType(code, {"_new": tuple.__new__}, "__new__", defaults)
            getters = [_tuplegetter(number, None) for number in range(len(fields))]
            return type(
                name,
                (_Record,),
                {
                    **body,
                    **dict(zip(fields, getters, strict=True)),
                    "__new__": made,
                    "__slots__": (),
                    "__match_args__": fields,
                    "_fields": fields,
                },
            )

    NamedTuple = type.__new__(_Made, "NamedTuple", (), {})
