"""Fixes that give durable calls an order: sorted sets and listings, waits that are recorded, tasks in a list."""

from __future__ import annotations

import ast

from dbos_lint.catalog import api, order, waits
from dbos_lint.fix import SHIFTS, Applicability, Change, Expression, Fix, Listed, Wrap
from dbos_lint.rules.visitor import Here
from dbos_lint.rules.workflow.places import Places
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.contexts import Reached
from dbos_lint.semantics.elements import element_types
from dbos_lint.semantics.refs import is_call
from dbos_lint.semantics.scoping import Place, binding_scope, place_of
from dbos_lint.semantics.sites import AWAITED, Call, Loop, Ref
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.values import Container, External, is_set
from dbos_lint.syntax.spans import Span, span_of

# Types whose values can be compared with each other.
_SORTABLE = (frozenset({"str"}), frozenset({"int"}))
_READERS = frozenset({"wait", "asyncio_wait", "as_completed", "len", "list", "set", "enumerate", "zip"})
_TELLS = frozenset({"done", "exception", "cancelled"})
_OF_WAIT = frozenset({"fs", "timeout", "return_when"})


class Ordering:
    """The fixes of one file."""

    def __init__(self, here: Here) -> None:
        self._here = here
        self._places = Places(here)
        self._loops: dict[int, dict[Span, tuple[ast.expr | None, Loop | None]]] = {}

    # ------------------------------------------------------------------ sets and listings

    def sorting(self, reached: Reached) -> Fix | None:
        """Sorts what a loop iterates over: strings of a set, the names of files."""
        found = self._loop(reached)
        if found is None:
            return None
        node, loop, function = found
        if binding_scope(self._here.module, loop.scope, "sorted") is not None:
            return None
        change = self._sorted(node, loop.iterable, Place(loop.scope, loop.span.row, loop.outer))
        if change is None and isinstance(node, ast.Name):
            change = self._made_sorted(node.id, self._here.body(function))
        return Fix(f"iterate over sorted(...): {SHIFTS}", Applicability.UNSAFE, (change,)) if change else None

    def _sorted(self, node: ast.expr, ref: Ref, place: Place) -> Change | None:
        """Sorts ``node``, the list that copies it, or what it counts."""
        if self._is_sortable(ref, place):
            return Wrap(span_of(node), "sorted(", ")")
        if not isinstance(node, ast.Call) or not isinstance(ref, tuple) or not node.args:
            return None
        made = self._here.resolver.resolve(self._here.module, ref[1], place)
        name = made[0].name if len(made) == 1 and isinstance(made[0], External) else ""
        if name == "enumerate" and not isinstance(node.args[0], ast.Starred):
            return self._sorted(node.args[0], ref[2][0], place)
        copies = (
            name in order.MAKES_LIST
            and len(node.args) == 1
            and not node.keywords
            and self._is_sortable(ref[2][0], place)
        )
        return Expression(span_of(node.func), "sorted") if copies else None

    def _made_sorted(self, name: str, body: Body) -> Change | None:
        """Sorts the list ``name`` where it is made of a set: it keeps the order that this gives it."""
        stores = [each for each in body.mentions.get(name, ()) if not isinstance(each.ctx, ast.Load)]
        given = body.parent(stores[0]) if len(stores) == 1 else None
        if not isinstance(given, ast.Assign) or given.targets != stores or not isinstance(given.value, ast.Call):
            return None
        call = body.record(given.value)
        if call is None or self._here.names_called(call) != {"list"} or len(call.args) != 1 or call.keywords:
            return None
        is_sortable = self._is_sortable(call.args[0], place_of(call))
        return Expression(span_of(given.value.func), "sorted") if is_sortable else None

    def _is_sortable(self, ref: Ref, place: Place) -> bool:
        """Whether ``ref`` is itself what has no order, and its elements can be sorted."""
        here = self._here
        if is_call(ref):
            made = here.resolver.resolve(here.module, ref[1], place)
            if len(made) == 1 and isinstance(made[0], External) and made[0].name in order.SORTABLE_LISTINGS:
                return True
        values = here.resolver.resolve(here.module, ref, place)
        return (
            bool(values)
            and all(map(is_set, values))
            and element_types(here.resolver, here.module, ref, place) in _SORTABLE
        )

    # ------------------------------------------------------------------ races

    def recorded_wait(self, reached: Reached) -> Fix | None:
        """Waits with ``DBOS.asyncio_wait``, where that is given a list or tuple."""
        found = self._call(reached, waits.WAIT)
        if found is None or not self._here.has("DBOS.asyncio_wait"):
            return None
        node, call, function = found
        tasks = _tasks(node)
        dbos = self._here.spelled("dbos.DBOS", call)
        if tasks is None or dbos is None or not call.flags & AWAITED or not self._places.lets_through(node, function):
            return None
        body = self._here.body(function)
        if not _answers(node, body):
            return None
        listed = () if self._is_list(tasks, call) else self._made_list(tasks, body)
        if listed is None:
            return None
        change = Expression(span_of(node.func), f"{dbos.text}.asyncio_wait")
        title = f"wait with {dbos.text}.asyncio_wait, which records what is done first: {SHIFTS}"
        return Fix(title, Applicability.UNSAFE, (change, *dbos.imports, *listed))

    def _is_list(self, tasks: ast.expr, call: Call) -> bool:
        if isinstance(tasks, (ast.List, ast.ListComp, ast.Tuple)):
            return True
        ref = call.args[0] if call.args else dict(call.keywords).get("fs")
        values = self._here.resolve(ref, call) if isinstance(tasks, ast.Name) else ()
        return bool(values) and all(
            isinstance(value, Container) and value.kind in ("list", "tuple") for value in values
        )

    def _made_list(self, tasks: ast.expr, body: Body) -> tuple[Change, ...] | None:
        """What makes a list of a set of tasks that is written down."""
        made = _only_value(tasks.id, body) if isinstance(tasks, ast.Name) else tasks
        return (Listed(span_of(made)),) if isinstance(made, (ast.Set, ast.SetComp)) else None

    # ------------------------------------------------------------------ tasks

    def listed(self, reached: Reached) -> Fix | None:
        """Gives ``DBOS.asyncio_wait`` a list of tasks in place of a set."""
        found = self._call(reached, frozenset({api.ASYNCIO_WAIT}))
        if found is None:
            return None
        tasks = _tasks(found[0])
        changes = self._made_list(tasks, self._here.body(found[2])) if tasks is not None else None
        title = f"give DBOS.asyncio_wait a list of tasks: {SHIFTS}"
        return None if changes is None else Fix(title, Applicability.UNSAFE, changes)

    def in_order(self, reached: Reached) -> Fix | None:
        """Takes the tasks that are done in the order of the list of all tasks."""
        found = self._loop(reached)
        if found is None:
            return None
        node, loop, function = found
        if not isinstance(node, ast.Name):
            return None
        body = self._here.body(function)
        every = self._waited_for(node.id, body)
        if every is None or binding_scope(self._here.module, loop.scope, every) is not self._scope_of(function):
            return None
        task = next(name for name in ("task", "each", "one") if name not in (every, node.id))
        text = f"[{task} for {task} in {every} if {task} in {node.id}]"
        title = f"take the tasks of {node.id} in the order of {every}: {SHIFTS}"
        return Fix(title, Applicability.UNSAFE, (Expression(span_of(node), text),))

    def _scope_of(self, function: Function) -> object:
        return self._here.module.scopes[function.scope]

    def _waited_for(self, name: str, body: Body) -> str | None:
        """The list of tasks, of which ``name`` holds those that a wait has found done, or not done."""
        stores = [each for each in body.mentions.get(name, ()) if not isinstance(each.ctx, ast.Load)]
        pair = body.parent(stores[0]) if len(stores) == 1 else None
        given = body.parent(pair) if isinstance(pair, ast.Tuple) else None
        if not isinstance(given, ast.Assign) or len(given.targets) != 1 or not isinstance(given.value, ast.Await):
            return None
        made = given.value.value
        call = body.record(made) if isinstance(made, ast.Call) else None
        if call is None or self._here.names_called(call).isdisjoint(waits.GIVES_SETS):
            return None
        assert isinstance(made, ast.Call)
        tasks = _tasks(made)
        value = _only_value(tasks.id, body) if isinstance(tasks, ast.Name) else None
        elements = value.elts if isinstance(value, ast.List) else [value.elt] if isinstance(value, ast.ListComp) else []
        if not isinstance(tasks, ast.Name) or not elements or not all(self._is_task(each, body) for each in elements):
            return None
        return tasks.id

    def _is_task(self, node: ast.expr, body: Body) -> bool:
        call = body.record(node) if isinstance(node, ast.Call) else None
        return call is not None and not self._here.names_called(call).isdisjoint(waits.MAKES_TASK)

    # ------------------------------------------------------------------ what is to be mended

    def _function(self, reached: Reached) -> Function | None:
        """The function of this file, no lambda, in which the finding stands."""
        if reached.origin.module != self._here.module.path or reached.span != reached.effect.span:
            return None
        function = self._here.module.functions[reached.origin.id]
        return None if function.name == "<lambda>" else function

    def _loop(self, reached: Reached) -> tuple[ast.expr, Loop, Function] | None:
        """The expression that the loop of the finding iterates over."""
        function = self._function(reached)
        if function is None:
            return None
        if function.id not in self._loops:
            self._loops[function.id] = _loops(self._here.body(function), function)
        node, loop = self._loops[function.id].get(reached.effect.span, (None, None))
        return (node, loop, function) if node is not None and loop is not None else None

    def _call(self, reached: Reached, names: frozenset[str]) -> tuple[ast.Call, Call, Function] | None:
        """The call of the finding, if it is one of ``names`` and of nothing else."""
        function = self._function(reached)
        for node, call in self._here.body(function).calls() if function is not None else ():
            if call.span == reached.effect.span and self._here.names_called(call) <= names:
                values = self._here.callees(call).values
                return (node, call, function) if len(values) == 1 and function is not None else None
        return None


def _loops(body: Body, function: Function) -> dict[Span, tuple[ast.expr | None, Loop | None]]:
    """What each loop iterates over, and its record, by where that stands."""
    records: dict[Span, Loop] = {}
    for loop in function.loops:
        records.setdefault(loop.span, loop)
    found: dict[Span, tuple[ast.expr | None, Loop | None]] = {}
    for node in body.walk():
        if isinstance(node, (ast.For, ast.comprehension)):
            span = span_of(node.iter)
            found.setdefault(span, (node.iter, records.get(span)))
    return found


def _tasks(node: ast.Call) -> ast.expr | None:
    """What a wait waits for; None where it is called in another way than both kinds of wait can be."""
    if len(node.args) > 1 or any(isinstance(arg, ast.Starred) for arg in node.args):
        return None
    given = {word.arg: word.value for word in node.keywords}
    if not given.keys() <= _OF_WAIT:
        return None
    return node.args[0] if node.args else given.get("fs")


def _answers(node: ast.Call, body: Body) -> bool:
    """Whether the function goes by what a wait returns, and by nothing else that tells which tasks are done: what was
    recorded is in the answer alone."""
    awaited = body.parent(node)
    given = body.parent(awaited) if awaited is not None else None
    is_pair = isinstance(given, ast.Assign) and all(isinstance(target, ast.Tuple) for target in given.targets)
    return is_pair and not any(isinstance(each, ast.Attribute) and each.attr in _TELLS for each in ast.walk(body.node))


def _only_value(name: str, body: Body) -> ast.AST | None:
    """What ``name`` is, everywhere in the function: assigned once, as it is, and never changed."""
    mentions = body.mentions.get(name, [])
    stores = [each for each in mentions if not isinstance(each.ctx, ast.Load)]
    given = body.parent(stores[0]) if len(stores) == 1 else None
    if not isinstance(given, ast.Assign) or len(given.targets) != 1 or given.targets[0] is not stores[0]:
        return None
    uses = [each for each in mentions if each is not stores[0]]
    return given.value if all(_is_read(each, body) for each in uses) else None


def _is_read(name: ast.Name, body: Body) -> bool:
    """Whether a collection is only iterated over, looked into, or handed to a call that does no more."""
    parent = body.parent(name)
    if isinstance(parent, (ast.For, ast.comprehension)):
        return parent.iter is name
    if isinstance(parent, ast.Compare):
        return all(isinstance(op, (ast.In, ast.NotIn)) for op in parent.ops) and parent.left is not name
    if isinstance(parent, ast.Starred):
        return isinstance(body.parent(parent), ast.Call)
    if isinstance(parent, ast.keyword):
        return parent.arg == "fs"
    called = parent.func if isinstance(parent, ast.Call) and name in parent.args else None
    return getattr(called, "attr", getattr(called, "id", "")) in _READERS
