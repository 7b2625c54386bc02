"""Messages and events that may not come."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dbos_lint.catalog import messages
from dbos_lint.rules.declared.comm import RECV_TIMEOUT_UNCHECKED
from dbos_lint.rules.visitor import Here, Visitor
from dbos_lint.semantics.declarations import is_transparent
from dbos_lint.semantics.refs import is_call
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.sites import Call, Ref
from dbos_lint.semantics.testcode import is_test_file
from dbos_lint.semantics.values import Entity, External, FunctionKey, FunctionValue
from dbos_lint.syntax.trees import unparse

if TYPE_CHECKING:
    from dbos_lint.semantics.absence import Absence

# Functions that refuse None; some take several things, of which each may be None.
_REFUSE = frozenset(
    {
        "len",
        "iter",
        "sum",
        "sorted",
        "list",
        "tuple",
        "set",
        "frozenset",
        "dict",
        "int",
        "float",
        "enumerate",
        "reversed",
    }
    | {"json.loads"}
)
# Functions that take None for what it is.
_LOOKS_ONLY = frozenset({"print", "str", "repr", "list.append"})


class Answers(Visitor):
    """Results of ``recv`` and ``get_event`` that are used as if they could not be None."""

    calls = messages.GIVES_NONE
    called = (FunctionValue, Entity)

    def __init__(self, here: Here) -> None:
        super().__init__(here)
        self._functions: dict[int, Absence] = {}
        self._waits: dict[FunctionKey, str] = {}
        self._told: set[tuple[int, int]] = set()

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        function = self.here.function(call)
        source, is_async = self._source(call)
        # A test that fails there has told what it is to tell.
        if not source or function.name == "<lambda>" or is_test_file(self.here.resolver, self.here.module):
            return
        body = self.here.body(function)
        if is_async and not isinstance(body.parent(node), ast.Await):
            return
        if function.id not in self._functions:
            from dbos_lint.semantics.absence import Absence  # for those who receive

            here = self.here  # and not this part, which would be kept in a circle, with the tree
            self._functions[function.id] = Absence(
                body,
                lambda called: _looks_only(here, body.record(called)),
                lambda called: _refuses(here, body.record(called)),
            )
        use = self._functions[function.id].unchecked_use(node)
        if use is None or (use.node.lineno, use.node.col_offset) in self._told:
            return
        self._told.add((use.node.lineno, use.node.col_offset))
        what = "it" if isinstance(use.value, (ast.Call, ast.Await)) else f"'{unparse(use.value)}'"
        self.here.report(
            RECV_TIMEOUT_UNCHECKED,
            use.node,
            f"{source}() gives None when nothing comes in time, and {what} is {use.verb} unchecked: that raises "
            f"{'AttributeError' if use.verb.startswith('asked') else 'TypeError'}; check for None first",
        )

    def _source(self, call: Call) -> tuple[str, bool]:
        """What gives the message or event that ``call`` gives, and whether the call is to be awaited."""
        callees = self.here.callees(call)
        if callees.names:
            if callees.names <= messages.GIVES_NONE:
                name = min(callees.names)
                return name.removeprefix("dbos."), name.endswith("_async")
            return "", False
        functions = [*callees.runs, *(entity.function for entity in callees.durable)]
        if len(functions) != 1 or len(callees.values) != 1:
            return "", False
        return self._waits_for(functions[0]), self.here.resolver.function(functions[0]).is_async

    def _waits_for(self, value: FunctionValue) -> str:
        """What a function of the project waits for, if it does nothing but give that back."""
        if value.key not in self._waits:
            self._waits[value.key] = ""
            resolver = self.here.resolver
            function, module = resolver.function(value), resolver.module(value.module)
            if function.results and not function.is_generator and is_transparent(resolver, value):
                names = {
                    each.name
                    for ref in function.results
                    for each in resolver.resolve(module, _called(ref), Place(function.scope))
                    if isinstance(each, External)
                }
                if names and names <= messages.GIVES_NONE and all(_called(ref) is not None for ref in function.results):
                    self._waits[value.key] = min(names).removeprefix("dbos.")
        return self._waits[value.key]


def _refuses(here: Here, call: Call | None) -> bool:
    names = here.names_called(call) if call is not None else frozenset()
    return bool(names) and names <= _REFUSE


def _looks_only(here: Here, call: Call | None) -> bool:
    names = here.names_called(call) if call is not None else frozenset()
    return bool(names) and all(
        name in _LOOKS_ONLY or name.startswith(("logging.", "dbos.")) or name in messages.TAKES_ID for name in names
    )


def _called(ref: Ref) -> Ref:
    """What is called to get ``ref``, awaited or not."""
    while isinstance(ref, tuple) and ref[0] == "await":
        ref = ref[1]
    return ref[1] if is_call(ref) else None
