"""The options that workflows are enqueued with."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from dbos_lint.catalog import api, patterns
from dbos_lint.fix import Applicability, Fix
from dbos_lint.rules.declared.queue import ENQUEUE_OPTIONS_WITHOUT_ENQUEUE, INVALID_ENQUEUE_OPTION
from dbos_lint.rules.mending import meant, number_of, rename_keyword, safe, spelled_right, unsafe
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.closest import closest
from dbos_lint.semantics.dicts import Literal
from dbos_lint.semantics.enqueues import NOTHING, STARTS, Enqueues
from dbos_lint.semantics.literals import Literals, literals
from dbos_lint.semantics.scoping import Place, place_of
from dbos_lint.semantics.sites import DISCARDED, Call
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.testcode import is_in_test
from dbos_lint.semantics.typed_dicts import Entry, Use
from dbos_lint.semantics.values import Entity, FunctionValue

With = ast.With | ast.AsyncWith
_OPTIONS = frozenset(
    {
        "app_version",
        "deduplication_id",
        "delay_seconds",
        "duplication_policy",
        "priority",
        "queue_partition_key",
    }
)
_HIGHEST = 2**31 - 1
_POLICIES = ("reject", "return-existing")
_REUSE_POLICIES = ("return-existing", "reject")
_NUMBERS = frozenset({"delay_seconds", "workflow_timeout"})


class EnqueueOptions(Visitor):
    """Options that dbos refuses, or that nothing is enqueued with."""

    @cached_property
    def _enqueues(self) -> Enqueues:
        return Enqueues(self.here.analysis)

    # ------------------------------------------------------------------ values

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        if patterns.SET_ENQUEUE_OPTIONS not in self.here.names_called(call):
            return
        fault = self._fault_of_block(call)
        if fault is not None:
            self.here.report(INVALID_ENQUEUE_OPTION, call.span, fault, fix=_mended(node))
        if call.flags & DISCARDED and not is_in_test(self.here.resolver, self.here.module, self.here.function(call)):
            self.here.report(
                ENQUEUE_OPTIONS_WITHOUT_ENQUEUE,
                call.span,
                "SetEnqueueOptions is made but not entered, and so has no effect: write 'with SetEnqueueOptions(...):' "
                "around the call that enqueues",
            )

    def _fault_of_block(self, call: Call) -> str | None:
        if call.args and None not in call.args[:1]:
            return "SetEnqueueOptions takes its options as keywords only: this raises TypeError; name the option"
        place = place_of(call)
        for name, ref in call.keywords:
            found = literals(self.here.resolver, self.here.module, ref, place) if name else None
            fault = _fault(name or "", found)
            if fault is not None:
                return fault
            if name is not None and name not in _OPTIONS:
                near = closest(name, _OPTIONS)
                hint = f"did you mean '{near}'?" if near else "drop it"
                return f"SetEnqueueOptions has no option '{name}', and this raises TypeError: {hint}"
        given = dict(call.keywords)
        policy = literals(self.here.resolver, self.here.module, given.get("duplication_policy"), place)
        if policy == ("return-existing",) and None not in given and not self._holds(given, "deduplication_id", place):
            return _WITHOUT_ID
        return None

    def _holds(self, given: dict[str | None, object], name: str, place: Place) -> bool:
        return name in given and literals(self.here.resolver, self.here.module, given[name], place) != (None,)

    def visit_module(self) -> None:
        dicts = self.here.typed_dicts
        entries = list(dicts.entries(api.ENQUEUE_OPTIONS))
        stored = {entry.key for entry in entries if entry.item < 0 and entry.module == self.here.module.path}
        uses = dicts.uses(api.ENQUEUE_OPTIONS)
        expected = {literal.span for use in uses if self._is_expected_to_fail(use) for literal in use.literals}
        for entry in entries:
            fault = self._fault_of_entry(entry) if entry.span not in expected else None
            # What is set later on replaces it.
            if fault is not None and (entry.item < 0 or entry.key not in stored):
                fix = _value_mended(entry.key, self._value_of(entry))
                self.here.report(INVALID_ENQUEUE_OPTION, dicts.spans(entry)[1], fault, fix=fix)
        for use in uses:
            # A debouncer does not take the option at all.
            if "dbos.DebouncerClient" not in self.here.names_called(use.call):
                for literal in use.literals:
                    if literal.span not in expected:
                        self._without_id(use, literal)

    def _value_of(self, entry: Entry) -> ast.expr | None:
        """The value of an entry that stands in the text of a dict of this file."""
        node = self.here.typed_dicts.written(entry.span) if entry.item >= 0 else None
        if isinstance(node, ast.Dict):
            return node.values[entry.item]
        return node.keywords[entry.item].value if node is not None else None

    def _is_expected_to_fail(self, use: Use) -> bool:
        """Whether a test expects an exception of what takes the options."""
        return any(first <= use.call.span.row <= last for first, last in self.here.module.expected)

    def _without_id(self, use: Use, literal: Literal) -> None:
        dicts = self.here.typed_dicts
        policies = [(index, ref) for index, (key, ref) in enumerate(literal.items) if key == "duplication_policy"]
        keys = dicts.keys(use, literal) if policies else None
        if keys is None or "deduplication_id" in keys:
            return
        module = self.here.resolver.module(literal.module)
        for index, ref in policies:
            if literals(self.here.resolver, module, ref, literal.place) == ("return-existing",):
                entry = Entry("duplication_policy", ref, literal.module, literal.place, literal.span, index)
                span = dicts.spans(entry)[1] if module is self.here.module else use.call.span
                self.here.report(INVALID_ENQUEUE_OPTION, span, _WITHOUT_ID)

    def _fault_of_entry(self, entry: Entry) -> str | None:
        module = self.here.resolver.module(entry.module)
        if entry.key == "workflow_name":
            values = self.here.typed_dicts.values(entry)
            if values and all(isinstance(value, (FunctionValue, Entity)) for value in values):
                return (
                    "workflow_name is the workflow itself, which the database cannot take: enqueueing raises; give "
                    "the name under which it is registered, or enqueue it with DBOS.enqueue_workflow()"
                )
        return _fault(entry.key, literals(self.here.resolver, module, entry.ref, entry.place))

    # ------------------------------------------------------------------ blocks

    def visit_With(self, node: With, function: Function) -> None:
        body = self.here.body(function)
        for item in node.items:
            manager = item.context_expr
            call = body.record(manager) if isinstance(manager, ast.Call) else None
            if call is None or patterns.SET_ENQUEUE_OPTIONS not in self.here.names_called(call):
                continue
            if isinstance(node, ast.AsyncWith):
                self.here.report(
                    ENQUEUE_OPTIONS_WITHOUT_ENQUEUE,
                    call.span,
                    "SetEnqueueOptions is no asynchronous context manager: 'async with' raises TypeError; write "
                    "'with', in asynchronous code too",
                )
            elif self._acts(call):
                self._without_enqueue(node, call, body)

    def _acts(self, call: Call) -> bool:
        """Whether the block has options that only an enqueued workflow can have."""
        place = place_of(call)
        for name, ref in call.keywords:
            found = literals(self.here.resolver, self.here.module, ref, place)
            # What every workflow may have, and what is so anyway, is no reason to refuse one.
            if name not in (None, "app_version") and found not in ((None,), ("reject",)):
                return None not in dict(call.keywords)
        return False

    def _without_enqueue(self, node: With, call: Call, body: Body) -> None:
        if any(isinstance(each, (ast.Yield, ast.YieldFrom)) or _awaits_value(each) for each in body.walk(*node.body)):
            return
        done = self._enqueues.of_calls(self.here.module, (record for _, record in body.calls(*node.body)))
        if done == STARTS and self.here.targets_at_least(2, 29):
            effect = (
                "DBOS.start_workflow() raises DBOSException here; enqueue the workflow with DBOS.enqueue_workflow()"
            )
        elif NOTHING < done <= STARTS:
            effect = "they have no effect on what is called here; enqueue the workflow with DBOS.enqueue_workflow()"
        else:
            return
        self.here.report(
            ENQUEUE_OPTIONS_WITHOUT_ENQUEUE,
            call.span,
            f"nothing is enqueued in this block, and its options are for enqueueing only: {effect}",
        )


_WITHOUT_ID = (
    "duplication_policy='return-existing' needs a deduplication_id, by which the existing workflow is found: dbos "
    "raises DBOSException; give one"
)


def _fault(name: str, found: Literals | None) -> str | None:
    """What is wrong with the first of the literals that an option may be."""
    return next((fault for value in found or () for fault in _faults(name, value)), None)


def _faults(name: str, value: object) -> Iterator[str]:
    if value is None or isinstance(value, bool):
        return
    if name == "priority":
        if isinstance(value, str):
            yield f"priority='{value}' is text: dbos raises TypeError; give a number from 1 (the highest) to {_HIGHEST}"
        elif isinstance(value, (int, float)) and not 1 <= value <= _HIGHEST:
            yield f"priority={value} is out of range: dbos raises an exception; give 1 (the highest) to {_HIGHEST}"
    elif name in _NUMBERS and isinstance(value, str):
        yield f"{name}='{value}' is text: dbos raises; give a number of seconds"
    elif name == "duplication_policy" and value not in _POLICIES:
        yield f"duplication_policy={value!r} is unknown: dbos raises DBOSException; give 'reject' or 'return-existing'"
    elif name == "workflow_id_reuse_policy" and value not in _REUSE_POLICIES:
        yield (
            f"workflow_id_reuse_policy={value!r} is unknown: dbos raises DBOSException; give 'return-existing' or "
            "'reject'"
        )
    elif name == "workflow_id" and isinstance(value, str) and not value.strip():
        yield "workflow_id is empty: dbos raises DBOSException; give an ID, or leave the option out"


def _mended(node: ast.Call) -> Fix | None:
    """What mends the arguments of ``SetEnqueueOptions``, all at once: there is one finding."""
    written = {keyword.arg for keyword in node.keywords if keyword.arg is not None}
    found: list[Fix | None] = []
    for keyword in node.keywords:
        name = keyword.arg
        if name is not None and name not in _OPTIONS:
            new = meant(name, _OPTIONS, written)
            found.append(unsafe(f"rename '{name}' to '{new}'", rename_keyword(keyword, new)) if new else None)
        elif name is not None:
            found += filter(None, (_value_mended(name, keyword.value),))
    fixes = [fix for fix in found if fix is not None]
    if not fixes or len(fixes) < len(found):
        return None
    title, changes = ", ".join(fix.title for fix in fixes), [change for fix in fixes for change in fix.changes]
    is_safe = all(fix.applicability is Applicability.SAFE for fix in fixes)
    return (safe if is_safe else unsafe)(title, *changes)


def _value_mended(name: str, value: ast.expr | None) -> Fix | None:
    """A literal as dbos wants it."""
    if value is None:
        return None
    if name == "priority":
        text = value.value if isinstance(value, ast.Constant) else None
        return number_of(value) if isinstance(text, str) and text.isdecimal() and int(text) <= _HIGHEST else None
    if name in _NUMBERS:
        return number_of(value)
    known = {"duplication_policy": _POLICIES, "workflow_id_reuse_policy": _REUSE_POLICIES}.get(name)
    is_wrong = isinstance(value, ast.Constant) and value.value not in (known or ())
    return spelled_right(value, known) if known and is_wrong else None


def _awaits_value(node: ast.AST) -> bool:
    return isinstance(node, ast.Await) and not isinstance(node.value, ast.Call)
