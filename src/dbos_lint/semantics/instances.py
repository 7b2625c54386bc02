"""Configured instances: what the constructors of their classes do with the name."""

from __future__ import annotations

from collections.abc import Mapping

from dbos_lint.catalog import patterns
from dbos_lint.semantics.calls import Calls
from dbos_lint.semantics.classes import Classes
from dbos_lint.semantics.literals import strings
from dbos_lint.semantics.refs import receiver_and_method
from dbos_lint.semantics.scoping import Place, place_of
from dbos_lint.semantics.sites import Call, Ref
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import ClassValue, External, FunctionValue, Instance

_BASE_INIT = f"{patterns.CONFIGURED_INSTANCE}.__init__"
_ENUM = External("enum.Enum")
# More constructors above one another than a person writes.
_DEPTH = 8


class Instances:
    """How the classes of one project name their instances."""

    def __init__(self, calls: Calls, classes: Classes) -> None:
        self.calls = calls
        self.classes = classes

    def constructor(self, klass: ClassValue) -> FunctionValue | None:
        """The constructor of the project that makes an instance of ``klass``."""
        return self.calls.resolver.method(Instance(klass), "__init__")

    def forgotten_by(self, klass: ClassValue) -> FunctionValue | None:
        """The constructor that certainly does not lead to that of ``DBOSConfiguredInstance``, if there is one."""
        found = self.constructor(klass)
        for _ in range(_DEPTH):
            if found is None:
                return None
            module, function = self.calls.resolver.module(found.module), self.calls.resolver.function(found)
            above: FunctionValue | None = None
            for call in function.calls:
                kind, callee = self._kind(module, function, call)
                if kind == "other":
                    continue
                if kind != "constructor" or callee is None:
                    return None
                above = callee
            if above is None:
                return found
            found = above
        return None

    def _kind(self, module: Module, function: Function, call: Call) -> tuple[str, FunctionValue | None]:
        """What a call in a constructor is: that of a ``constructor`` above (with it, if of the project), ``unknown``
        when it may call one, or ``other``."""
        target, method = receiver_and_method(call.func)
        if method in ("__init__", "__post_init__"):
            runs = self.calls.callees(module, call).runs
            return "constructor", runs[0] if len(runs) == 1 else None
        if call.func == "super":
            return "other", None
        given = [*call.args, *(ref for _, ref in call.keywords)]
        if target == function.receiver or function.receiver in given:
            return "unknown", None
        return "other", None

    # ------------------------------------------------------------------ names

    def config_name(self, module: Module, klass: ClassValue, call: Call) -> str | None:
        """The literal name of the instance that ``call`` makes; None when it is none, or is not known."""
        if any(name is None for name, _ in call.keywords) or any(ref is None for ref in call.args):
            return None
        place = place_of(call)
        given = [self._literal(module, ref, place) for ref in call.args]
        named = {name: self._literal(module, ref, place) for name, ref in call.keywords if name}
        return self._name(self.constructor(klass), given, named, 0)

    def _name(
        self,
        constructor: FunctionValue | None,
        given: list[str | None],
        named: Mapping[str, str | None],
        depth: int,
    ) -> str | None:
        """The name with which a constructor that is given these literals calls the one of dbos."""
        if constructor is None:
            return given[0] if given else named.get("config_name")
        resolver = self.calls.resolver
        module, function = resolver.module(constructor.module), resolver.function(constructor)
        inner = [call for call in function.calls if receiver_and_method(call.func)[1] == "__init__"]
        if len(inner) != 1 or depth > _DEPTH or module.blocks[inner[0].block].kind != "function":
            return None
        call = inner[0]
        params = [param for param in function.params[1:] if param.kind in ("positional", "keyword")]
        known: dict[str, str | None] = {}
        place = Place(module.scopes[function.scope].parent)
        for index, param in enumerate(params):
            if len(module.scopes[function.scope].bindings[param.name]) > 1:
                known[param.name] = None
            elif param.kind == "positional" and index < len(given):
                known[param.name] = given[index]
            elif param.name in named:
                known[param.name] = named[param.name]
            else:
                known[param.name] = self._literal(module, param.default, place)
        callees = self.calls.callees(module, call)
        skip = 1 if call.args[:1] == (function.receiver,) else 0
        above = callees.runs[0] if len(callees.runs) == 1 else None
        if above is None and not _is_super(call) and _BASE_INIT not in callees.names:
            return None
        at = place_of(call)

        def value(ref: Ref) -> str | None:
            if isinstance(ref, tuple) and ref[0] in ("join", "add"):
                parts = [value(part) for part in ref[1:]]
                return "".join(part or "" for part in parts) if None not in parts else None
            return known[ref] if isinstance(ref, str) and ref in known else self._literal(module, ref, at)

        return self._name(
            above,
            [value(ref) for ref in call.args[skip:]],
            {name: value(ref) for name, ref in call.keywords if name},
            depth + 1,
        )

    def _literal(self, module: Module, ref: Ref, place: Place) -> str | None:
        resolver = self.calls.resolver
        if isinstance(ref, str) and "." in ref:
            # The name of an instance is the text of a member, which is not its value.
            owners = resolver.resolve(module, ref.rpartition(".")[0], place)
            if any(isinstance(each, ClassValue) and _ENUM in resolver.lineage(each) for each in owners):
                return None
        found = strings(resolver, module, ref, place)
        return found[0] if found is not None and len(found) == 1 else None

    def registered_as(self, klass: ClassValue) -> ClassValue:
        """The class under whose name dbos keeps the instances of ``klass``."""
        if self.classes.is_registered(klass):
            return klass
        return self.classes.registered_base(klass) or klass


def _is_super(call: Call) -> bool:
    """Whether the call is one of a method of ``super()``."""
    func = call.func
    return (
        isinstance(func, tuple)
        and func[0] == "attr"
        and isinstance(func[1], tuple)
        and func[1][:2] == ("call", "super")
    )
