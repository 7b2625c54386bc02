"""Two instances of a class under one name."""

from __future__ import annotations

import ast
from functools import cached_property

from dbos_lint.catalog import api
from dbos_lint.rules.declared.pattern import DUPLICATE_CONFIG_NAME
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.classes import Classes
from dbos_lint.semantics.entrypoints import is_test
from dbos_lint.semantics.instances import Instances
from dbos_lint.semantics.sites import MODULE, Call
from dbos_lint.semantics.values import ClassValue

_LEAVING = (ast.Return, ast.Raise, ast.Break)


class _Made:
    """That ``call`` makes an instance, which dbos keeps under this class and name."""

    __slots__ = ("call", "klass", "name", "node")

    def __init__(self, node: ast.Call, call: Call, klass: ClassValue, name: str) -> None:
        self.node = node
        self.call = call
        self.klass = klass
        self.name = name


class InstanceNames(Visitor):
    """Names of configured instances."""

    @cached_property
    def _instances(self) -> Instances:
        return Instances(self.here.analysis.calls, Classes(self.here.analysis.calls))

    @cached_property
    def _made(self) -> list[_Made]:
        return []

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        values = self.here.callees(call).values
        klass = values[0] if len(values) == 1 else None
        if not isinstance(klass, ClassValue) or not self._instances.classes.is_configured(klass):
            return
        name = self._instances.config_name(self.here.module, klass, call)
        if name is not None:
            self._made.append(_Made(node, call, self._instances.registered_as(klass), name))

    def visit_module(self) -> None:
        seen: dict[tuple[ClassValue, str], list[_Made]] = {}
        for made in sorted(self._made, key=lambda made: made.call.span):
            earlier = seen.setdefault((made.klass, made.name), [])
            first = next((other for other in earlier if self._follows(other.call, made.call)), None)
            if first is not None:
                self._report(made, f"a second time (first in line {first.call.span.row})")
            elif self._is_repeated(made):
                self._report(made, "each time the loop comes round")
            earlier.append(made)

    def _report(self, made: _Made, when: str) -> None:
        name = self.here.resolver.klass(made.klass).name
        self.here.report(
            DUPLICATE_CONFIG_NAME,
            made.call.span,
            f"an instance of {name} named '{made.name}' is made {when}: dbos raises, for it finds instances by their "
            "name; give each its own",
        )

    # ------------------------------------------------------------------ what runs after what

    def _follows(self, first: Call, second: Call) -> bool:
        """Whether ``first`` has certainly run whenever ``second`` does, in the same registry."""
        module = self.here.module
        outer, inner = self.here.function(first), self.here.function(second)
        if outer.id == inner.id:
            certain = module.encloses(first.block, second.block) and not module.within(second.block, "except")
            return certain and not self._is_destroyed_between(first, second)
        # What a module makes exists when its functions run. But tests begin anew.
        return (
            outer.id == MODULE
            and first.block == MODULE
            and not is_test(self.here.resolver, module, inner)
            and not self._destroys
        )

    def _is_destroyed_between(self, first: Call, second: Call) -> bool:
        calls = self.here.function(second).calls
        return any(
            first.span < call.span < second.span and api.DESTROY in self.here.names_called(call) for call in calls
        )

    @cached_property
    def _destroys(self) -> bool:
        """Whether the module destroys an engine, and perhaps its registry."""
        return any(
            api.DESTROY in self.here.names_called(call)
            for function in self.here.module.functions
            for call in function.calls
        )

    def _is_repeated(self, made: _Made) -> bool:
        """Whether the call stands in a loop that goes on after it."""
        if self.here.module.scopes[made.call.scope].kind == "comprehension":
            return True
        function = self.here.function(made.call)
        if function.name == "<lambda>" or not self.here.module.within(made.call.block, "loop"):
            return False
        body = self.here.body(function)
        for node in body.ancestors(made.node):
            if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
                return not any(isinstance(inside, _LEAVING) for inside in body.walk(*node.body))
        return False
