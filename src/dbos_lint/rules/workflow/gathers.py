"""``asyncio.gather`` that gives exceptions back as results."""

from __future__ import annotations

import ast

from dbos_lint.catalog import api, waits
from dbos_lint.rules.declared.workflow import GATHER_HIDES_CANCELLATION
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.sites import Launch
from dbos_lint.semantics.summary import Function
from dbos_lint.syntax.trees import targets_of

# Names of classes, and of what asks for them, by which code looks for a cancellation among results.
_LOOKS_FOR = frozenset({"BaseException", "DBOSWorkflowCancelledError", "DBOSBaseException"})


class Gathers(Visitor):
    """Gathers that take the workflow's own cancellation for a result."""

    def visit_module(self) -> None:
        here = self.here
        if GATHER_HIDES_CANCELLATION.code not in here.enabled:
            return
        for id in sorted(here.contexts.running[api.WORKFLOW]):
            function = here.module.functions[id]
            for launch in function.launches:
                self._judge(function, launch)

    def _judge(self, function: Function, launch: Launch) -> None:
        here = self.here
        node, call = here.collected.nodes.calls[launch.number]
        keeps = dict(call.keywords).get("return_exceptions") == ("const", True)
        if not keeps or here.names_called(call).isdisjoint(waits.GATHERS) or function.name == "<lambda>":
            return
        calls = here.collected.nodes.calls
        if not any(here.is_durable(calls[member.number][1]) for member in launch.members):
            return
        body = here.body(function)
        if not self._are_checked(node, body):
            here.report(
                GATHER_HIDES_CANCELLATION,
                node,
                "gather(return_exceptions=True) gives the cancellation of the workflow back as a result, and "
                f"'{function.name}' goes on; raise what is a BaseException and not an Exception",
            )

    def _are_checked(self, node: ast.Call, body: Body) -> bool:
        """Whether the cancellation is looked for among the results, or somebody else gets them."""
        names: set[str] = set()
        for around in body.ancestors(node):
            if isinstance(around, (ast.Return, ast.Yield)) or self._is_handed_on(around, body):
                return True
            names.update(*map(_names, targets_of(around)))
            if isinstance(around, ast.NamedExpr):
                names |= _names(around.target)
        names |= _awaited(names, body)
        elements = _derived(names, body)
        return any(
            _looks(inner, body, _seen(inner, elements, body))
            or _gives(inner, names)
            or (self._is_handed_on(inner, body) and _takes(inner, names))
            for inner in body.walk()
        )

    def _is_handed_on(self, node: ast.AST, body: Body) -> bool:
        """Whether ``node`` calls a plain function of the project."""
        call = body.record(node) if isinstance(node, ast.Call) else None
        return call is not None and bool(self.here.callees(call).runs)


def _awaited(names: set[str], body: Body) -> set[str]:
    """The names that are given what is awaited under one of ``names``: ``pages = await crawling``."""
    found: set[str] = set()
    for node in body.walk():
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Await):
            awaited = node.value.value
            if isinstance(awaited, ast.Name) and awaited.id in names:
                found.update(*map(_names, targets_of(node)))
    return found


def _derived(names: set[str], body: Body) -> set[str]:
    """``names``, and those that are given something of them."""
    found = set(names)
    for node in body.walk():
        if isinstance(node, ast.For) and found & _names(node.iter):
            found |= _names(node.target)
        elif isinstance(node, ast.Assign) and found & _names(node.value):
            found.update(*map(_names, node.targets))
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None and found & _names(node.value):
            found |= _names(node.target)
    return found


def _seen(node: ast.AST, elements: set[str], body: Body) -> set[str]:
    """``elements``, as comprehensions around ``node`` name them."""
    seen = set(elements)
    for around in body.ancestors(node):
        for clause in getattr(around, "generators", ()):
            bound = _names(clause.target)
            seen = seen | bound if elements & _names(clause.iter) else seen - bound
    return seen


def _looks(node: ast.AST, body: Body, elements: set[str]) -> bool:
    """Whether ``node`` asks whether one of ``elements`` is a cancellation."""
    if isinstance(node, ast.Call) and len(node.args) == 2 and getattr(node.func, "id", "") == "isinstance":
        return bool(elements & _names(node.args[0])) and bool(_LOOKS_FOR & _classes(node.args[1], body))
    if isinstance(node, ast.Match):
        patterns = [inner.cls for case in node.cases for inner in ast.walk(case) if isinstance(inner, ast.MatchClass)]
        return bool(elements & _names(node.subject)) and any(_LOOKS_FOR & _classes(klass, body) for klass in patterns)
    return False


def _gives(node: ast.AST, names: set[str]) -> bool:
    return isinstance(node, ast.Return) and isinstance(node.value, ast.Name) and node.value.id in names


def _takes(node: ast.AST, names: set[str]) -> bool:
    """Whether one of the arguments of a call is one of ``names``, or all that it holds."""
    given = [*node.args, *(word.value for word in node.keywords)] if isinstance(node, ast.Call) else []
    plain = [arg.value if isinstance(arg, ast.Starred) else arg for arg in given]
    return any(isinstance(arg, ast.Name) and arg.id in names for arg in plain)


def _names(node: ast.AST) -> set[str]:
    """The names in ``node``, without those that comprehensions in it bind."""
    inside = list(ast.walk(node))
    bound = {id(name) for clause in inside if isinstance(clause, ast.comprehension) for name in ast.walk(clause.target)}
    names = [name for name in inside if isinstance(name, ast.Name)]
    own = {name.id for name in names if id(name) in bound}
    return {name.id for name in names if name.id not in own}


def _classes(node: ast.AST, body: Body) -> set[str]:
    """The last names of the classes that ``node`` mentions."""
    return {body.terminal(inner) for inner in ast.walk(node) if isinstance(inner, (ast.Name, ast.Attribute))}
