"""Variables of a module that its functions change while workflows run: state that lives in one process."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from dbos_lint.catalog import api
from dbos_lint.semantics.contexts import OUTSIDE, Contexts
from dbos_lint.semantics.effects import GLOBAL_WRITE, LIFECYCLE, Effect
from dbos_lint.semantics.refs import is_call, terminal, uncalled
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.sites import MODULE, Binding
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.testcode import is_in_test
from dbos_lint.semantics.values import ClassValue, Constant, FunctionKey, Instance, Value
from dbos_lint.semantics.writes import is_container

# Words in the names of the code that runs before anything else does.
_STARTS = (
    r"(^|_)(main|lifespan|start_?up|on_start|set_?up|configure|init|initiali[sz]e|bootstrap|load|register|prepare)(_|$)"
)
# Words in the names of what puts variables back as they were.
_EMPTIES = r"(^|_)(clear|reset|tear_?down|shut_?down|clean_?up)(_|$)"
_BEGINS = frozenset({api.LAUNCH, api.DBOS})


class Shared:
    """The shared variables of one module."""

    def __init__(self, contexts: Contexts) -> None:
        self.contexts = contexts
        self._starting: dict[int, bool] = {}

    @property
    def module(self) -> Module:
        return self.contexts.module

    @cached_property
    def changes(self) -> dict[str, list[tuple[Function, Effect]]]:
        """The changes of each shared variable, by code that is no workflow's, step's, test's or start-up's."""
        found: dict[str, list[tuple[Function, Effect]]] = {}
        for function in self.module.functions[1:]:
            for effect in self.contexts.analysis.facts(FunctionKey(self.module.path, function.id)).effects:
                if effect.kind == GLOBAL_WRITE and effect.detail != "unset" and self._is_data(effect.name):
                    found.setdefault(effect.name, []).append((function, effect))
        return {
            name: others
            for name, several in found.items()
            if (others := [pair for pair in several if self._runs_later(pair[0])])
        }

    def _is_data(self, name: str) -> bool:
        """Whether the module's variable holds data: no function, and no tool such as a client or a lock; the attributes
        of a class are data, too."""
        bindings = self.module.scopes[MODULE].bindings.get(name, ())
        if not bindings or any(binding.kind not in ("value", "unknown", "class") for binding in bindings):
            return False
        if bindings[-1].kind == "class":
            return True
        values = (binding for binding in bindings if binding.kind != "class")
        return any(_is_datum(value) for binding in values for value in self._values(binding))

    def _values(self, binding: Binding) -> tuple[Value, ...]:
        resolver = self.contexts.analysis.resolver
        return resolver.resolve(self.module, binding.value, Place(MODULE, binding.row, binding.block))

    def _runs_later(self, function: Function) -> bool:
        """Whether the function may run beside workflows, as other code than theirs."""
        if self.contexts.runs_durably(function.id) and not self.contexts.runs_as(function.id, OUTSIDE):
            # What workflows and steps change is told where they do.
            return False
        if self._is_for_tests(function):
            return False
        resolver = self.contexts.analysis.resolver
        return not self._starts(function.id) and not is_in_test(resolver, self.module, function)

    def _is_for_tests(self, function: Function) -> bool:
        """Whether the function puts everything back for the next test: nothing here calls it, and nothing is given."""
        given = function.params[1:] if function.receiver else function.params
        decorated = any(decorator.ref not in ("staticmethod", "classmethod") for decorator in function.decorators)
        is_used = given or decorated or self._callers.get(function.id)
        return not is_used and re.search(_EMPTIES, function.name) is not None

    # ------------------------------------------------------------------ start-up

    def _starts(self, id: int) -> bool:
        """Whether the function runs while the program starts, or is imported, and then no more."""
        known = self._starting.get(id)
        if known is None:
            self._starting[id] = False
            known = self._starting[id] = self._find_start(self.module.functions[id])
        return known

    def _find_start(self, function: Function) -> bool:
        if function.id == MODULE:
            return True
        if function.parent != MODULE and self._starts(function.parent):
            return True
        if re.search(_STARTS, function.name) or self._begins(function) or self._decorates(function):
            return True
        if any(("const", "startup") in each.ref[2] for each in function.decorators if is_call(each.ref)):
            return True
        callers = self._callers.get(function.id, ())
        return bool(callers) and all(self._starts(caller) for caller in callers)

    def _begins(self, function: Function) -> bool:
        """Whether the function sets dbos up or launches it, by itself or in a function of the module that it calls."""
        queue = [function.id]
        for id in queue:
            facts = self.contexts.analysis.facts(FunctionKey(self.module.path, id))
            if any(effect.kind == LIFECYCLE and effect.name in _BEGINS for effect in facts.effects):
                return True
            inner = [edge.callee.id for edge in facts.edges if edge.callee.module == self.module.path]
            queue.extend(each for each in dict.fromkeys(inner) if each not in queue)
        return False

    def _decorates(self, function: Function) -> bool:
        """Whether the function is there to decorate others: it gives back one that it is given, or one of its own."""
        own = {param.name for param in function.params}
        own |= {inner.name for inner in self.module.functions[1:] if inner.parent == function.id}
        return function.name in self._decorators or any(result in own for result in function.results)

    @cached_property
    def _decorators(self) -> frozenset[str]:
        return frozenset(_decorator_names(self.module))

    @cached_property
    def _callers(self) -> dict[int, set[int]]:
        callers: dict[int, set[int]] = {}
        for function in self.module.functions:
            for edge in self.contexts.analysis.facts(FunctionKey(self.module.path, function.id)).edges:
                if edge.callee.module == self.module.path:
                    callers.setdefault(edge.callee.id, set()).add(function.id)
        return callers


def _is_datum(value: Value) -> bool:
    if isinstance(value, Constant):
        # What is nothing at first may become anything.
        return value.value is not None
    return is_container(value) or (isinstance(value, Instance) and isinstance(value.type, ClassValue))


def _decorator_names(module: Module) -> Iterator[str]:
    decorators = [each for function in module.functions for each in function.decorators]
    decorators += [each for klass in module.classes for each in klass.decorators]
    for decorator in decorators:
        ref = decorator.ref
        yield terminal(uncalled(ref))
