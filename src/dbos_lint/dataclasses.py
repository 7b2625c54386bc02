"""Dataclasses, made at once.

The standard library compiles up to six functions for each class, a third of a millisecond. The hundred classes that a
run for one file loads would take a third of its time. Here one function is compiled for all classes of one shape, and
given the names of their fields. Only what this project uses is understood.

To type checkers they are the standard ones: nothing but a type checker keeps a frozen one from being changed.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
    from dataclasses import field as field
    from dataclasses import replace as replace
else:
    import builtins
    from types import CodeType, FunctionType

    _MISSING = object()

    class field:  # noqa: N801 - as the standard library calls it
        """What a class says of a field beyond a default value."""

        __slots__ = ("compare", "default", "default_factory", "init", "repr")

        def __init__(self, *, default=_MISSING, default_factory=None, init=True, repr=True, compare=True):
            self.default, self.default_factory = default, default_factory
            self.init, self.repr, self.compare = init, repr, compare

    def dataclass(cls=None, /, *, frozen=False, slots=False):
        """Give ``cls`` what a class has that is told by its fields: ``__init__``, ``__eq__``, ``__repr__``, and
        ``__hash__`` where it is ``frozen``."""
        if cls is None:
            return lambda cls: dataclass(cls, frozen=frozen, slots=slots)
        namespace = dict(cls.__dict__)
        own = {}
        for name in cls.__annotations__:
            value = namespace.pop(name, _MISSING)
            own[name] = value if isinstance(value, field) else field(default=value)
            if not slots and own[name].default is not _MISSING:
                namespace[name] = own[name].default
        fields = {name: each for base in cls.__mro__[:0:-1] for name, each in getattr(base, "__fields__", {}).items()}
        fields |= own
        namespace |= {"__fields__": fields, "__dataclass_fields__": _Standard(), "__init__": _init(cls, fields)}
        namespace.setdefault("__repr__", _repr)
        namespace["__eq__"], namespace["__hash__"] = _comparing(fields, frozen)
        if slots:
            namespace["__slots__"] = tuple(own)
        for name in ("__dict__", "__weakref__"):
            namespace.pop(name, None)
        made = type(cls)(cls.__name__, cls.__bases__, namespace)
        made.__qualname__ = cls.__qualname__
        made.__init__.__qualname__ = f"{cls.__qualname__}.__init__"
        return made

    def replace(value, /, **changes):
        """A copy of ``value`` in which some fields have other values."""
        for name, each in value.__fields__.items():
            if each.init and name not in changes:
                changes[name] = getattr(value, name)
        return value.__class__(**changes)

    def _init(cls, fields):
        parameters, lines = "", []
        for number, each in enumerate(fields.values()):
            name = value = f"field{number}"
            if each.default_factory is not None:
                value = f"make{number}() if {name} is MISSING else {name}"
            if each.init:
                parameters += f", {name}"
                lines.append(f" self.{name} = {value}\n")
        if hasattr(cls, "__post_init__"):
            lines.append(" self.__post_init__()\n")
        made = {f"make{number}": each.default_factory for number, each in enumerate(fields.values())}
        given = [each for each in fields.values() if each.init]
        defaults = tuple(each.default for each in given if each.default is not _MISSING or each.default_factory)
        text = f"def __init__(self{parameters}):\n{''.join(lines) or ' pass'}"
        return _function(text, fields, made | {"MISSING": _MISSING}, defaults)

    def _comparing(fields, frozen):
        names = [name for name, each in fields.items() if each.compare]
        mine, others = ("".join(f"{it}.field{number}, " for number in range(len(names))) for it in ("self", "other"))
        test = " if self.__class__ is not other.__class__:\n  return NotImplemented\n"
        equal = _function(f"def __eq__(self, other):\n{test} return ({mine}) == ({others})", names)
        return equal, _function(f"def __hash__(self):\n return hash(({mine}))", names) if frozen else None

    def _function(text, fields, namespace=None, defaults=None):
        """The function that ``text`` defines, with the names of ``fields`` where it says ``field0``, ``field1`` ..."""
        code = _code(text)
        names = {f"field{number}": name for number, name in enumerate(fields)}
        code = code.replace(
            co_varnames=tuple(names.get(name, name) for name in code.co_varnames),
            co_names=tuple(names.get(name, name) for name in code.co_names),
        )
        return FunctionType(code, {"__builtins__": builtins, **(namespace or {})}, None, defaults)

    @functools.cache
    def _code(text):
        """Compiled once for all classes of one shape."""
        return next(each for each in compile(text, "<dataclass>", "exec").co_consts if isinstance(each, CodeType))

    def _repr(self):
        shown = (f"{name}={getattr(self, name)!r}" for name, each in self.__fields__.items() if each.repr)
        return f"{self.__class__.__qualname__}({', '.join(shown)})"

    class _Standard:
        """The fields as the standard library knows them, for its own functions and those who ask by them."""

        def __get__(self, instance, owner):
            import dataclasses

            mine = owner.__fields__.items()
            shapes = [
                (name, "object", dataclasses.field(default=None, init=e.init, repr=e.repr, compare=e.compare))
                for name, e in mine
            ]
            return dataclasses.make_dataclass(owner.__name__, shapes).__dataclass_fields__
