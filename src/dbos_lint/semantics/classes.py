"""How classes are made known to dbos, and which of their methods are workflows."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator

from dbos_lint.catalog import api, patterns
from dbos_lint.semantics.calls import Calls
from dbos_lint.semantics.refs import uncalled
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.sites import DECORATOR, Call, Decorator
from dbos_lint.semantics.summary import Class, Function, Module
from dbos_lint.semantics.values import ClassValue, DecoratorValue, Entity, External, FunctionValue, Values

# Packages whose decorators and base classes do nothing that concerns dbos.
_HARMLESS = frozenset({"attr", "attrs", "pydantic", "typing_extensions", *dir(builtins)}) | sys.stdlib_module_names


class Classes:
    """The classes of one project, as dbos sees them."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self._called: dict[str, frozenset[int]] = {}

    def _class(self, value: ClassValue) -> tuple[Module, Class]:
        module = self.calls.resolver.module(value.module)
        return module, module.classes[value.id]

    # ------------------------------------------------------------------ registration

    def registrars(self, value: ClassValue) -> Iterator[Decorator]:
        """The decorators of the class that register it with dbos."""
        for decorator, made in self._decorators(value):
            if any(_registers(each) for each in made):
                yield decorator

    def is_registered(self, value: ClassValue) -> bool:
        """Whether this very class is registered, by a decorator or by a call in its module."""
        return any(True for _ in self.registrars(value)) or value.id in self._registered_by_call(value.module)

    def may_be_registered(self, value: ClassValue) -> bool:
        """Whether the class is registered or something that is not known may do it: a decorator, a base."""
        if self.is_registered(value):
            return True
        for decorator, made in self._decorators(value):
            if not (_is_harmless(made) or _is_harmless(self._at(value, uncalled(decorator.ref)))):
                return True
        if not self.knows_bases(value):
            return True
        return any(
            self._defines(base, "__init_subclass__") or not self._is_made_plainly(base)
            for base in (value, *self._bases(value))
        )

    def _is_made_plainly(self, value: ClassValue) -> bool:
        """Whether neither a metaclass nor anything else beside the bases may do something to the class."""
        return all(
            name == "metaclass" and _is_harmless(self._at(value, ref)) for name, ref in self._class(value)[1].keywords
        )

    def registered_base(self, value: ClassValue) -> ClassValue | None:
        """The nearest base of the class that is registered."""
        return next((base for base in self._bases(value) if self.is_registered(base)), None)

    def _registered_by_call(self, path: str) -> frozenset[int]:
        """The classes of a module that ``DBOS.dbos_class()(C)`` registers."""
        if path not in self._called:
            module = self.calls.resolver.module(path)
            found: set[int] = set()
            for function in module.functions:
                for call in function.calls:
                    if isinstance(call.func, str) or len(call.args) != 1 or call.flags & DECORATOR:
                        continue
                    if any(_registers(made) for made in self.calls.callees(module, call).values):
                        place = Place(call.scope, _row_above(module, call), call.block)
                        given = self.calls.resolver.resolve(module, call.args[0], place)
                        found.update(each.id for each in given if isinstance(each, ClassValue) and each.module == path)
            self._called[path] = frozenset(found)
        return self._called[path]

    def _decorators(self, value: ClassValue) -> Iterator[tuple[Decorator, Values]]:
        for decorator in self._class(value)[1].decorators:
            yield decorator, self._at(value, decorator.ref)

    def _at(self, value: ClassValue, ref: object) -> Values:
        module, klass = self._class(value)
        return self.calls.resolver.resolve(module, ref, Place(klass.parent_scope, klass.span.row))

    # ------------------------------------------------------------------ bases

    def _bases(self, value: ClassValue) -> Iterator[ClassValue]:
        for base in self.calls.resolver.lineage(value)[1:]:
            if isinstance(base, ClassValue):
                yield base

    def knows_bases(self, value: ClassValue) -> bool:
        """Whether all bases of the class, and their bases, are of the project, of Python or of dbos."""
        resolver = self.calls.resolver
        for ancestor in resolver.lineage(value):
            if isinstance(ancestor, External):
                if ancestor.name != patterns.CONFIGURED_INSTANCE and not _is_harmless((ancestor,)):
                    return False
                continue
            if not all(self._at(ancestor, base) for base in self._class(ancestor)[1].bases):
                return False
        return True

    def has_choice_of_bases(self, value: ClassValue) -> bool:
        """Whether a base, of the class or of its bases, is one of several: the program decides."""
        return any(
            len(self._at(ancestor, base)) > 1
            for ancestor in self.calls.resolver.lineage(value)
            if isinstance(ancestor, ClassValue)
            for base in self._class(ancestor)[1].bases
        )

    def is_configured(self, value: ClassValue) -> bool:
        """Whether the class derives from ``DBOSConfiguredInstance``."""
        return External(patterns.CONFIGURED_INSTANCE) in self.calls.resolver.lineage(value)

    def has_config_name(self, value: ClassValue) -> bool:
        """Whether the class, or a base, sets ``config_name`` by itself."""
        return any(
            self._defines(each, "config_name") or "config_name" in self._class(each)[1].attributes
            for each in (value, *self._bases(value))
        )

    def is_dataclass(self, value: ClassValue) -> bool:
        """Whether a constructor is made for the class from its fields, which then calls no base."""
        decorators = self._class(value)[1].decorators
        return any(External("dataclasses.dataclass") in self._at(value, uncalled(each.ref)) for each in decorators)

    def _defines(self, value: ClassValue, name: str) -> bool:
        module, klass = self._class(value)
        return name in module.scopes[klass.scope].bindings

    # ------------------------------------------------------------------ methods

    def workflows(self, value: ClassValue) -> Iterator[tuple[Function, bool]]:
        """The workflows that the class itself defines and that are given an instance, or (then true) the class."""
        module, klass = self._class(value)
        resolver = self.calls.resolver
        for bindings in module.scopes[klass.scope].bindings.values():
            for binding in bindings:
                function = module.functions[binding.value] if binding.kind == "def" else None
                if function is None or not function.decorators:
                    continue
                made = resolver.decorated(FunctionValue(module.path, function.id)).entity
                names = resolver.decorator_names(module, function)
                if isinstance(made, Entity) and made.kind == api.WORKFLOW and "staticmethod" not in names:
                    yield function, "classmethod" in names


def _registers(value: object) -> bool:
    return isinstance(value, DecoratorValue) and value.name in patterns.REGISTERS_CLASS


def _is_harmless(values: Values) -> bool:
    """Whether all are of libraries that do nothing to a class that concerns dbos."""
    return bool(values) and all(
        isinstance(value, External) and value.name.partition(".")[0] in _HARMLESS for value in values
    )


def _row_above(module: Module, call: Call) -> int:
    """The row above the statement of ``call`` that is given a class, which may give its name to what becomes of it."""
    made = ("call", call.func, call.args, call.keywords)
    bound = module.scopes[call.scope].bindings.get(call.args[0], ())
    rows = [binding.row for binding in bound if binding.value == made and binding.row <= call.span.row]
    return max(rows, default=call.span.row) - 1
