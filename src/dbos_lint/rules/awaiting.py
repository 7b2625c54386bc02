"""Fixes that put ``await`` where it belongs: the rules about event loops, coroutines and sleeps share them."""

from __future__ import annotations

import ast

from dbos_lint.catalog import api
from dbos_lint.fix import SHIFTS, Applicability, AsyncFor, Change, Fix, Replace, Unimport, Wrap
from dbos_lint.rules.mending import rename_keyword
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.awaits import (
    can_await,
    changes_shared,
    handle_uses,
    held_by,
    is_of_parameter,
    is_result,
    is_tried,
    iterates,
    keeps_state,
)
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.coroutines import is_asked_as_coroutine, makes_coroutine
from dbos_lint.semantics.declarations import given
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.values import Entity, External
from dbos_lint.syntax.spans import Span, span_of
from dbos_lint.syntax.trees import unparse

_START = f"{api.DBOS}.start_workflow"
# What takes handles: the twin takes those that twins give.
_TAKES_HANDLES = frozenset({f"{api.DBOS}.wait_first", f"{api.CLIENT}.wait_first"})
# What may wait for other threads while it is held.
_LOCKS = ("threading.", "multiprocessing.", "_thread.")
# What runs coroutines: a value that has been awaited is none.
_TAKE_COROUTINES = (
    "create_task",
    "ensure_future",
    "gather",
    "wait",
    "wait_for",
    "asyncio_wait",
    "as_completed",
    "shield",
    "run",
    "run_until_complete",
    "run_coroutine_threadsafe",
    "start_soon",
)
_SLEEPS = frozenset({"time.sleep", "asyncio.sleep", "anyio.sleep"})


class Site:
    """A call in a function of the linted file."""

    __slots__ = ("body", "call", "function", "node")

    def __init__(self, node: ast.Call, call: Call, function: Function, body: Body) -> None:
        self.node = node
        self.call = call
        self.function = function
        self.body = body

    @property
    def whole(self) -> ast.expr:
        """The call, with the ``await`` before it."""
        parent = self.body.parent(self.node)
        return parent if isinstance(parent, ast.Await) else self.node

    @property
    def text(self) -> str:
        return unparse(self.node.func)


class Awaiting:
    """What can be mended by an ``await``, and how."""

    def __init__(self, here: Here) -> None:
        self._here = here

    def site(self, span: Span) -> Site | None:
        """The call at ``span``, if only one stands there: old Pythons do not know where those in f-strings are."""
        calls = self._here.once(_by_span).get(span, [])
        return self.site_of(*calls[0]) if len(calls) == 1 else None

    def site_of(self, node: ast.Call, call: Call) -> Site | None:
        """A call that the body of a named function makes itself."""
        function = self._here.function(call)
        if function.name == "<lambda>":
            return None
        body = self._here.body(function)
        return Site(node, call, function, body) if body.parent(node) is not None else None

    def can_await(self, site: Site, *nodes: ast.expr) -> bool:
        """Whether ``await`` can be put before the call, and before ``nodes``: not where anything is held meanwhile that
        others may wait for, as far as can be told, nor where a coroutine is wanted, nor where something is read before
        and written behind."""
        return all(
            can_await(site.body, node)
            and not _is_wanted_as_coroutine(site.body, node)
            and not changes_shared(site.body, node)
            and all(self._lets_wait(site, each) for each in held_by(site.body, node))
            for node in (site.node, *nodes)
        )

    def _lets_wait(self, site: Site, manager: ast.expr) -> bool:
        record = site.body.record(manager) if isinstance(manager, ast.Call) else None
        callees = self._here.callees(record) if record is not None else None
        return (
            callees is not None
            and bool(callees.values)
            and all(isinstance(value, External) and not value.name.startswith(_LOCKS) for value in callees.values)
        )

    # ------------------------------------------------------------------ the asynchronous twin

    def twin(self, site: Site | None) -> Fix | None:
        """Awaits the ``_async`` twin of a synchronous call of dbos, and what is asked of the handle that it gives."""
        if site is None or not isinstance(site.node.func, ast.Attribute):
            return None
        name = self.name(site)
        if name is None or not self._has_twin(name, site.node.func.attr) or name in _TAKES_HANDLES:
            return None
        changes = self._iterated(site) if name in api.GENERATORS else self._awaited(site, name)
        if changes is None:
            return None
        verb = "iterate with 'async for' over" if name in api.GENERATORS else "await"
        title = f"{verb} {site.text}_async"
        applicability = Applicability.SAFE
        if name == _START:
            if not self._starts_coroutine(site):
                return None
            title = f"{title}, which runs the workflow in this event loop and ends with it"
            applicability = Applicability.UNSAFE
        elif self._is_new(site, name):
            title = f"{title}; it {SHIFTS}"
            applicability = Applicability.UNSAFE
        elif name in api.WAITS_IN_LOOP and keeps_state(site.body):
            title = f"{title}, while which others may see and change what the function writes"
            applicability = Applicability.UNSAFE
        return Fix(title, applicability, (_renamed(site.node.func), *changes))

    def name(self, site: Site) -> str | None:
        """The qualified name of what the call certainly calls, outside the project."""
        values = self._here.callees(site.call).values
        return values[0].name if len(values) == 1 and isinstance(values[0], External) else None

    def _has_twin(self, name: str, attribute: str) -> bool:
        owner, _, method = name.rpartition(".")
        if owner == api.QUEUE_DEBOUNCER:
            owner = api.DEBOUNCER
        return (
            (name in api.RAISES_IN_LOOP or name in api.WAITS_IN_LOOP)
            and method == attribute
            and self._here.has(f"{owner.removeprefix('dbos.')}.{method}_async")
        )

    def _awaited(self, site: Site, name: str) -> list[Change] | None:
        uses = handle_uses(site.body, site.whole) if name in api.GIVES_HANDLE else ()
        if uses is None or not self.can_await(site, *uses):
            return None
        return [await_of(node) for node in (site.node, *uses) if not is_awaited(site.body, node)]

    def _iterated(self, site: Site) -> list[Change] | None:
        """A loop over the values of a stream."""
        body, node = site.body, site.node
        waits = all(self._lets_wait(site, each) for each in held_by(body, node))
        return [AsyncFor(span_of(node))] if waits and iterates(body, node) else None

    def _starts_coroutine(self, site: Site) -> bool:
        """Whether what is started is asynchronous: a synchronous workflow cannot be started so."""
        target = self._here.resolve(given(site.call, 0, ("func",)), site.call)
        return bool(target) and all(
            isinstance(value, Entity)
            and value.kind == api.WORKFLOW
            and makes_coroutine(self._here.resolver, value.function) is True
            for value in target
        )

    def _is_new(self, site: Site, name: str) -> bool:
        """Whether the call, once awaited, may be recorded where runs in flight have gone on without it, or elsewhere
        among the calls of other tasks."""
        if not self.in_workflow(site):
            return False
        if name in api.RAISES_IN_LOOP:
            return is_tried(site.body, site.node)
        return self._here.entity(site.function) is None

    def in_workflow(self, site: Site) -> bool:
        return self._here.contexts.runs_as(site.function.id, api.WORKFLOW)

    # ------------------------------------------------------------------ coroutines

    def coroutine(self, site: Site | None) -> Fix | None:
        """Awaits a coroutine where it is made, and what is then asked of it, if that is a handle."""
        if site is None or site.whole is not site.node or is_asked_as_coroutine(site.body, site.node):
            return None
        after = [use for use in handle_uses(site.body, site.node) or () if not is_awaited(site.body, use)]
        if not self.can_await(site, *after) or not all(is_result(site.body, use) for use in after):
            return None
        shifts = f" and {SHIFTS}" if self.in_workflow(site) else ""
        changes = tuple(map(await_of, (site.node, *after)))
        return Fix(f"await {site.text}(), which then runs{shifts}", Applicability.UNSAFE, changes)

    # ------------------------------------------------------------------ sleeps

    def sleep(self, site: Site) -> Fix | None:
        """Sleeps durably, where a durable call may stand; elsewhere that raises."""
        name = self.name(site)
        spelled = self._here.spelled(api.DBOS, site.call)
        seconds = _seconds(site.node)
        waits = site.whole is not site.node
        if name not in _SLEEPS or spelled is None or seconds is None or waits != (name != "time.sleep"):
            return None
        is_async = site.function.is_async
        if is_async and not self.can_await(site):
            return None
        if is_of_parameter(site.body, site.node.func):
            return None
        text = f"{spelled.text}.sleep_async" if is_async else f"{spelled.text}.sleep"
        changes: list[Change] = [Replace(span_of(site.node.func), text), *seconds, *spelled.imports]
        if is_async and not waits:
            changes.append(await_of(site.node))
        module = unparse(site.node.func).partition(".")[0]
        title = f"sleep with {'await ' if is_async else ''}{text}, which {SHIFTS}"
        return Fix(title, Applicability.UNSAFE, (*changes, Unimport(module)))


def _by_span(here: Here) -> dict[Span, list[tuple[ast.Call, Call]]]:
    """The calls of the file by where they stand."""
    found: dict[Span, list[tuple[ast.Call, Call]]] = {}
    for node, call in here.collected.nodes.calls:
        found.setdefault(call.span, []).append((node, call))
    return found


def _seconds(node: ast.Call) -> tuple[Replace, ...] | None:
    """What gives a call its only argument, how long to sleep, by the name that dbos has for it."""
    if len(node.args) == 1 and not node.keywords:
        return None if isinstance(node.args[0], ast.Starred) else ()
    if not node.args and [each.arg for each in node.keywords] == ["delay"]:
        renamed = rename_keyword(node.keywords[0], "seconds")
        return (renamed,) if renamed is not None else None
    return None


def await_of(node: ast.expr) -> Wrap:
    """Puts ``await`` before ``node``."""
    return Wrap(span_of(node), "await ")


def _is_wanted_as_coroutine(body: Body, node: ast.expr) -> bool:
    around = next((outer for outer in body.ancestors(node) if isinstance(outer, ast.Call)), None)
    return around is not None and unparse(around.func).rpartition(".")[2] in _TAKE_COROUTINES


def is_awaited(body: Body, node: ast.expr) -> bool:
    """Whether ``await`` stands before ``node``."""
    return isinstance(body.parent(node), ast.Await)


def _renamed(method: ast.Attribute) -> Replace:
    """``x.sleep`` as ``x.sleep_async``."""
    _, _, row, end = span_of(method)
    return Replace(Span(row, end - len(method.attr), row, end), f"{method.attr}_async")
