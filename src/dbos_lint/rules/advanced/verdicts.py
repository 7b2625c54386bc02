"""What a release of dbos makes of a symbol that a program names: which rule says so, and how."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from functools import cached_property, partial
from typing import TYPE_CHECKING

from dbos_lint.catalog.history import Kind, Status, Symbol, Version, closest, history, label, version
from dbos_lint.diagnostic import Rule
from dbos_lint.fix import Fix
from dbos_lint.rules.declared.advanced import (
    DEPRECATED_SYMBOL,
    REMOVED_CONFIG_KEY,
    REMOVED_FRAMEWORK_ARGUMENT,
    REMOVED_QUEUE_CONSTRUCTOR,
    REMOVED_QUEUE_PARAMETER,
    REMOVED_SCHEDULED_DECORATOR,
    REMOVED_SYMBOL,
    REMOVED_TRANSACTION_DECORATOR,
    SYMBOL_TOO_NEW,
    UNKNOWN_SYMBOL,
)
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.symbols import Use
from dbos_lint.syntax.spans import Span, span_of
from dbos_lint.syntax.trees import walk

if TYPE_CHECKING:
    from dbos_lint.semantics.asking import Asking

_REGISTER = (
    "DBOS.register_queue",
    "DBOS.register_queue_async",
    "DBOSClient.register_queue",
    "DBOSClient.register_queue_async",
)
# What most programs meet has rules of its own; the keys of EnqueueOptions are judged by DBS802.
_REMOVED: dict[str, Rule] = {
    "DBOS.transaction": REMOVED_TRANSACTION_DECORATOR,
    "DBOS.sql_session": REMOVED_TRANSACTION_DECORATOR,
    "Queue()": REMOVED_QUEUE_CONSTRUCTOR,
    "DBOS.scheduled": REMOVED_SCHEDULED_DECORATOR,
    "DBOS(fastapi)": REMOVED_FRAMEWORK_ARGUMENT,
    "DBOS(flask)": REMOVED_FRAMEWORK_ARGUMENT,
    **{
        f"{name}({option})": REMOVED_QUEUE_PARAMETER
        for name in _REGISTER
        for option in ("partition_queue", "priority_enabled")
    },
}
_REFUSED_KEYS = frozenset({"DBOSConfig[database_url]", "DBOSConfig[application_database_url]"})
# A name that is not in one of them may be in another.
_NAMESPACES = ("DBOS", "", "error")
# What people write who know other libraries.
_HABITS = {
    "activity": "step",
    "task": "step",
    "run_workflow": "start_workflow",
    "execute_workflow": "start_workflow",
    "enqueue": "enqueue_workflow",
    "enqueue_workflow": "enqueue",
    "enqueue_workflow_async": "enqueue_async",
    "shutdown": "destroy",
    "close": "destroy",
    "stop": "destroy",
    "result": "get_result",
    "status": "get_status",
    "id": "workflow_id",
    "timeout": "timeout_seconds",
}


class Verdicts:
    """Judges the symbols that one file names, for the version of dbos that it targets."""

    def __init__(self, here: Here) -> None:
        self.here = here
        self.history = history()
        self.target = version(here.settings.dbos_version)

    @cached_property
    def _asking(self) -> Asking:
        from dbos_lint.semantics.asking import Asking  # for those who name what not every release has

        return Asking(self.here.collected.tree, self.here.has)

    @cached_property
    def _added(self) -> frozenset[str]:
        """The names of attributes that this file sets on some object, or names in a string: perhaps for one of dbos."""
        nodes = walk(self.here.collected.tree)
        stored = (node.attr for node in nodes if isinstance(node, ast.Attribute) and type(node.ctx) is ast.Store)
        return frozenset(stored) | {
            arg.value
            for node in nodes
            if isinstance(node, ast.Call)
            for arg in node.args[1:2]
            if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
        }

    @property
    def knows_all(self) -> bool:
        """Whether the target version is one of those that are known."""
        return self.target <= self.history.newest

    def is_silent(self, symbol: Symbol) -> bool:
        """Whether there is nothing to say of ``symbol``, as of most that programs name."""
        return is_silent(symbol, self.target)

    def judge(self, symbol: Symbol, span: Span | ast.expr, name: str = "", effect: str = "") -> bool:
        """Report what there is to say of ``symbol``, called ``name`` in the message; tell if there is anything.

        ``effect`` is what its use leads to where it is not there.
        """
        if self.is_silent(symbol):
            return False
        status = symbol.status(self.target)
        owner = self.history.get(symbol.owner)
        if owner is not None and not owner.is_in(self.target):
            return True  # what it was got from is judged where that is named
        rule = self._rule(symbol, status)
        if rule is not None:
            name, effect = name or f"'{symbol.name}'", effect or _effect(symbol)
            self._report(rule, span, symbol.last, self._message(symbol, status, name, effect), symbol)
        return True

    def _rule(self, symbol: Symbol, status: Status) -> Rule | None:
        if status is Status.NOT_YET:
            return SYMBOL_TOO_NEW
        if status is Status.DEPRECATED:
            return DEPRECATED_SYMBOL
        if symbol.kind is Kind.KEY:
            owner = symbol.name.partition("[")[0]
            return {"DBOSConfig": REMOVED_CONFIG_KEY, "EnqueueOptions": None}.get(owner, REMOVED_SYMBOL)
        return _REMOVED.get(symbol.name, REMOVED_SYMBOL)

    def _message(self, symbol: Symbol, status: Status, name: str, effect: str) -> str:
        if status is Status.NOT_YET:
            wanted, target = label(symbol.since), label(self.target)
            return (
                f"{name} came with dbos {wanted} and this program is for {target}, where it {effect}: require "
                f"dbos>={wanted} or do without"
            )
        instead = symbol.instead or "look for what the target version has in its place"
        if status is Status.DEPRECATED:
            assert symbol.deprecated is not None
            return f"{name} is deprecated since dbos {label(symbol.deprecated)} and will be taken away: {instead}"
        assert symbol.until is not None
        return f"{name} is gone since dbos {label(symbol.until)} and {effect}: {instead}"

    # ------------------------------------------------------------------ what never was

    def unknown_member(self, use: Use, span: Span | ast.expr, raises: str) -> None:
        """Report a name of dbos, or of something of it, that no release had."""
        name = use.member
        if name.startswith("_") or not self.knows_all or name in self._added:
            return
        meant = self._meant(use)
        advice = f"did you mean '{meant}'?" if meant else "look for it in the reference"
        whole = f"{use.owner or 'dbos'}.{name}"
        message = f"no release of dbos has '{whole}', which raises {raises}: {advice}"
        from dbos_lint.rules.advanced.renaming import rename_member

        self._unknown(span, name, message, lambda at: rename_member(self.here, self.target, use, at))

    def unknown_parameter(self, name: str, function: str, parameters: Iterable[Symbol], span: Span) -> None:
        if not self.knows_all:
            return
        there = {symbol.last: symbol for symbol in parameters if symbol.is_in(self.target)}
        meant = there.get(_HABITS.get(name, "")) or closest(name, there.values(), self.target)
        advice = f"did you mean '{meant.last}'?" if meant else "drop it"
        message = f"{function} never had a parameter '{name}', so that the call raises TypeError: {advice}"
        known = tuple(there.values())
        from dbos_lint.rules.advanced.renaming import rename_parameter

        fixed = partial(rename_parameter, self.here, self.target, name, known, _HABITS)
        self._unknown(span, name, message, fixed)

    def unknown_module(self, name: str, node: ast.stmt) -> None:
        if not self.knows_all:
            return
        last = name.rpartition(".")[2]
        meant = closest(last, self.history.members("").values(), self.target, cutoff=0.8)
        advice = f"did you mean 'from dbos import {meant.last}'?" if meant else "import from dbos itself"
        what = "is a name of dbos, not a module" if self.history.get(name) else "is no module of dbos"
        message = f"'dbos.{name}' {what}, so that the import raises ModuleNotFoundError: {advice}"
        self._report(UNKNOWN_SYMBOL, span_of(node), last, message)

    def _meant(self, use: Use) -> str | None:
        """The name that was perhaps meant: of the same owner, or of the same name elsewhere."""
        name = use.member
        owners = [use.owner]
        if use.owner in _NAMESPACES:
            owners += (owner for owner in _NAMESPACES if owner != use.owner)
        for each in (name, _HABITS.get(name, name), f"{name.removeprefix('async_')}_async"):
            for owner in owners:
                symbol = self.history.members(owner).get(each)
                if symbol is not None and symbol.kind is not Kind.INTERNAL and symbol.is_in(self.target):
                    return symbol.name
        near = closest(name, self.history.members(use.owner).values(), self.target)
        return near.name if near is not None else None

    def _report(self, rule: Rule, span: Span | ast.expr, name: str, message: str, symbol: Symbol | None = None) -> None:
        from dbos_lint.rules.migration import removed  # much, and most programs use nothing that is gone

        if rule.code in self.here.enabled:
            span = span if isinstance(span, Span) else span_of(span)
            if not self.is_asked(span.row, name):
                mended = removed.fix(self.here, symbol, span) if symbol is not None else None
                self.here.report(rule, span, message, fix=mended)

    def _unknown(self, span: Span | ast.expr, name: str, message: str, fix: Callable[[Span], Fix | None]) -> None:
        span = span if isinstance(span, Span) else span_of(span)
        if UNKNOWN_SYMBOL.code in self.here.enabled and not self.is_asked(span.row, name):
            self.here.report(UNKNOWN_SYMBOL, span, message, fix=fix(span))

    def is_asked(self, row: int, name: str) -> bool:
        """Whether the code around ``row`` asks first if there is ``name``."""
        return self._asking.covers(row, name)


def is_silent(symbol: Symbol, target: Version) -> bool:
    """Whether there is nothing to say of ``symbol`` to who targets this version."""
    return symbol.status(target) is Status.PRESENT or symbol.kind is Kind.INTERNAL


def _effect(symbol: Symbol) -> str:
    if symbol.kind is Kind.KEY:
        return "is refused" if symbol.name in _REFUSED_KEYS else "is ignored without a word"
    if symbol.kind is Kind.PARAMETER:
        return "raises TypeError"
    if symbol.kind is Kind.CONSTRUCTOR:
        return "raises DBOSException"
    return "raises AttributeError"
