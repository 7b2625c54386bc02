"""Exception classes of the project that pickle does not bring back as they were.

What pickle keeps of an exception is its class, its attributes and ``self.args``: what was given to
``Exception.__init__``. It calls the class with those to make the exception again.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence

from dbos_lint.catalog.pickling import PICKLES_ITSELF
from dbos_lint.semantics.refs import terminal
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import place_of
from dbos_lint.semantics.sites import Call, Param, Ref
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import ClassValue, External, Value
from dbos_lint.wording import listed

# Bases whose own way to be made again is the plain one.
_PLAIN = frozenset(
    "abc.ABC typing.Generic object BaseException Exception ArithmeticError AssertionError BufferError EOFError "
    "FloatingPointError IndexError KeyError LookupError NotImplementedError OverflowError RecursionError RuntimeError "
    "TypeError ValueError Warning UserWarning ZeroDivisionError".split()
)


class Init:
    """How a class is made. ``params`` are those of its constructor, without ``self``.

    ``kept`` is what ends in ``self.args``: names of parameters, or None for anything else. It is None itself where the
    arguments are kept as they are given.
    """

    __slots__ = ("kept", "params")

    def __init__(self, params: tuple[Param, ...], kept: tuple[Ref, ...] | None) -> None:
        self.params = params
        self.kept = kept


class Exceptions:
    """The exception classes of one project, remembered."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self._inits: dict[ClassValue, Init | None] = {}

    def lost(self, klass: ClassValue, given: int | None) -> str:
        """What goes wrong when an exception of ``klass`` is made again; empty if nothing does, or it is not known.

        ``given`` is how many positional arguments it was made with, if that is known.
        """
        init = self.init(klass)
        if init is None:
            return ""
        name = self.resolver.klass(klass).name
        places = [param for param in init.params if param.kind == "positional"]
        kept = init.kept
        if kept is None:
            if given is None:
                return ""
            kept = tuple(param.name for param in places[:given]) if given <= len(places) else (None,) * given
        missing = [param.name for param in places[len(kept) :] if param.required]
        missing += [param.name for param in init.params if param.kind == "keyword" and param.required]
        if missing:
            return f"{name}.__init__() is called without {listed(list(map(repr, missing)))} and raises TypeError"
        if len(kept) > len(places):
            return f"{name}.__init__() is called with {len(kept)} arguments and raises TypeError"
        for param, ref in zip(places, kept, strict=False):
            if ref != param.name and (
                _is_text(ref) or (isinstance(ref, str) and ref in [each.name for each in places])
            ):
                return f"{name}.__init__() gets as '{param.name}' what it has made of its arguments"
        return ""

    def init(self, klass: ClassValue) -> Init | None:
        """How objects of ``klass`` are made; None where that cannot be told, or where it tells pickle itself."""
        if klass not in self._inits:
            self._inits[klass] = None
            self._inits[klass] = self._find(klass)
        return self._inits[klass]

    def _find(self, klass: ClassValue) -> Init | None:
        lineage = self.resolver.lineage(klass)
        externals = [base.name for base in lineage if isinstance(base, External)]
        if not any(_is_exception(name) for name in externals) or not _PLAIN.issuperset(externals):
            return None
        owners = [owner for owner in lineage if isinstance(owner, ClassValue)]
        if any(self._is_special(owner) for owner in owners):
            return None
        return self._made_by(owners)

    def _is_special(self, owner: ClassValue) -> bool:
        """Whether the class has its own say in how its objects are made again."""
        module, klass = self.resolver.module(owner.module), self.resolver.klass(owner)
        names = {*module.scopes[klass.scope].bindings, *klass.attributes}
        return bool(klass.decorators) or not names.isdisjoint(PICKLES_ITSELF | {"__new__", "args"})

    def _made_by(self, owners: Sequence[ClassValue]) -> Init | None:
        """The constructor of the first of ``owners`` that has one, and what it keeps."""
        for index, owner in enumerate(owners):
            module, klass = self.resolver.module(owner.module), self.resolver.klass(owner)
            bindings = module.scopes[klass.scope].bindings.get("__init__", ())
            if not bindings:
                continue
            if len(bindings) != 1 or bindings[0].kind != "def":
                return None
            function = module.functions[bindings[0].value]
            if function.decorators or any(param.kind == "vararg" for param in function.params):
                # What it does with ``*args`` is not followed.
                return None
            return self._kept_by(module, function, owners[index + 1 :])
        return None

    def _kept_by(self, module: Module, function: Function, bases: Sequence[ClassValue]) -> Init | None:
        """What ``function``, a constructor, hands on to that of ``Exception``."""
        params = function.params[1:]
        calls = [call for call in function.calls if _is_constructor(call)]
        if not calls:
            return Init(params, None)
        if len(calls) > 1 or module.blocks[calls[0].block].kind != "function":
            return None
        (call,) = calls
        args = tuple(_origin(module, function, ref) for ref in call.args)
        base: Sequence[ClassValue] = bases
        if isinstance(call.func, str):
            # ``Base.__init__(self, ...)``
            args = args[1:]
            values = self.resolver.resolve(module, call.func.rpartition(".")[0], place_of(call))
            if len(values) != 1:
                return None
            base = _named(values[0], bases)
        if any(name is None for name, _ in call.keywords):
            return None
        above = self._made_by(base) if base else None
        if base and any(self._has_init(owner) for owner in base):
            return self._through(above, args, call, params)
        return None if call.keywords else Init(params, args)

    def _has_init(self, owner: ClassValue) -> bool:
        module, klass = self.resolver.module(owner.module), self.resolver.klass(owner)
        return "__init__" in module.scopes[klass.scope].bindings

    @staticmethod
    def _through(above: Init | None, args: tuple[Ref, ...], call: Call, params: tuple[Param, ...]) -> Init | None:
        """What is kept by way of the constructor of a base class of the project."""
        if above is None:
            return None
        if above.kept is None:
            return Init(params, args)
        places = [param.name for param in above.params if param.kind == "positional"]
        given = {**dict(zip(places, args, strict=False)), **{name: ref for name, ref in call.keywords if name}}
        return Init(
            params, tuple(given.get(ref) if isinstance(ref, str) and ref in places else ref for ref in above.kept)
        )


def _is_exception(name: str) -> bool:
    found = getattr(builtins, name, None)
    return isinstance(found, type) and issubclass(found, BaseException)


def _is_constructor(call: Call) -> bool:
    """``super().__init__(...)`` or ``Base.__init__(self, ...)``."""
    func = call.func
    if isinstance(func, tuple):
        return func[0] == "attr" and func[2] == "__init__" and isinstance(func[1], tuple) and func[1][1] == "super"
    return isinstance(func, str) and func.endswith(".__init__")


def _origin(module: Module, function: Function, ref: Ref) -> Ref:
    """What a local variable of the constructor holds."""
    bindings = module.scopes[function.scope].bindings.get(ref, ()) if isinstance(ref, str) else ()
    return bindings[0].value if len(bindings) == 1 and bindings[0].kind == "value" else ref


def _named(value: Value, bases: Sequence[ClassValue]) -> Sequence[ClassValue]:
    """The class that ``value`` is, and those behind it."""
    if isinstance(value, ClassValue) and value in bases:
        return bases[bases.index(value) :]
    return ()


def _is_text(ref: Ref) -> bool:
    """Whether ``ref`` is a text that is put together."""
    if not isinstance(ref, tuple):
        return False
    if ref[0] in ("join", "add"):
        return len(ref) > 2
    return ref[:2] == ("comp", "str") or (ref[0] == "call" and terminal(ref[1]) == "format")
