"""The base of the rule visitors, and the file as they ask about it.

A visitor has a method for each kind of node that it wants to see (``visit_Call``, ``visit_FunctionDef``,
``visit_ClassDef``, ``visit_Try``, ``visit_With``, ``visit_Loop``), one for effects that happen in a context
(``visit_effect``), and one for what is told of the module as a whole (``visit_module``). It finds what is wrong by
asking :mod:`dbos_lint.semantics`.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from dbos_lint.catalog import api
from dbos_lint.catalog.history import history, version
from dbos_lint.diagnostic import Confidence, Level, Rule, TraceStep
from dbos_lint.fix import ByHand, Fix
from dbos_lint.records import NamedTuple
from dbos_lint.rules.failures import Failures
from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.calls import Callees
from dbos_lint.semantics.collect import Collected
from dbos_lint.semantics.contexts import DURABLE_CONTEXTS, Contexts, Reached
from dbos_lint.semantics.effects import DURABLE
from dbos_lint.semantics.ends import Sink
from dbos_lint.semantics.flow import AskedTracer
from dbos_lint.semantics.flows import Asked
from dbos_lint.semantics.launch import Launches
from dbos_lint.semantics.lines import Event
from dbos_lint.semantics.scoping import Place, place_of
from dbos_lint.semantics.serializers import serializer_of
from dbos_lint.semantics.sites import MODULE, Call, Ref
from dbos_lint.semantics.spellings import Spelling, spelling
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.typed_dicts import TypedDicts
from dbos_lint.semantics.values import Entity, FunctionKey, FunctionValue, Value, Values
from dbos_lint.settings import Settings
from dbos_lint.syntax.spans import Span, span_of

if TYPE_CHECKING:
    from dbos_lint.rules.awaiting import Awaiting

T = TypeVar("T")


class Finding(NamedTuple):
    """A finding before it is put into the words of a diagnostic: ``span`` in bytes, ``level`` where it is not that of
    its rule."""

    rule: Rule
    span: Span
    message: str
    trace: tuple[TraceStep, ...] = ()
    level: Level | None = None
    confidence: Confidence = Confidence.HIGH
    fix: Fix | None = None
    by_hand: str = ""


class Here:
    """The file being linted, as rules ask about it. ``hidden`` are the guesses that nobody wants to see, ``failures``
    what went wrong in the rules themselves."""

    def __init__(self, collected: Collected, analysis: Analysis, enabled: frozenset[str]) -> None:
        self.collected = collected
        self.analysis = analysis
        self.enabled = enabled
        self.findings: list[Finding] = []
        self.hidden: list[Finding] = []
        self.failures: Failures = Failures()
        self._bodies: dict[int, Body] = {}
        self._made: dict[object, object] = {}
        self.module = self.collected.summary
        self.resolver = self.analysis.resolver
        self._callees = self.analysis.calls.of(self.module)

    @property
    def settings(self) -> Settings:
        return self.resolver.project.settings

    @cached_property
    def contexts(self) -> Contexts:
        return Contexts(self.analysis, self.module)

    @cached_property
    def launches(self) -> Launches:
        """What happens to the engine in the straight lines of this file."""
        return Launches(self.analysis, self.contexts)

    @cached_property
    def typed_dicts(self) -> TypedDicts:
        """The configurations and enqueue options that this file writes down."""
        return TypedDicts(self.analysis, self.collected)

    @cached_property
    def serializer(self) -> str:
        """What the data of the program are stored with."""
        return serializer_of(self.analysis, self.module)

    @property
    def awaiting(self) -> Awaiting:
        """Where calls of this file can be awaited, and how."""
        from dbos_lint.rules.awaiting import Awaiting  # for who has found something to mend

        return self.once(Awaiting)

    @property
    def unresolved(self) -> tuple[Span, ...]:
        """The calls in durable code that could not be followed."""
        durable = {key for context in DURABLE_CONTEXTS for key in self.contexts.visits[context]}
        mine = (key for key in durable if key[0] == self.module.path)
        return tuple(span for key in mine for span in self.analysis.facts(key).unresolved)

    # ------------------------------------------------------------------ questions

    def resolve(self, ref: Ref, call: Call) -> Values:
        return self.analysis.calls.resolve(self.module, ref, call)

    def callees(self, call: Call) -> Callees:
        """What ``call`` may run."""
        return self._callees[call.number]

    def names_called(self, call: Call) -> frozenset[str]:
        """The qualified names of the outside functions that ``call`` may call."""
        return self._callees[call.number].names

    @cached_property
    def _records(self) -> dict[int, Call]:
        return {id(node): call for node, call in self.collected.nodes.calls}

    @cached_property
    def _function_nodes(self) -> dict[int, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef]:
        nodes = {function.id: node for node, function in self.collected.nodes.functions}
        return {MODULE: self.collected.tree, **nodes}

    def body(self, function: Function) -> Body:
        """The tree of a function of this file, or of the module's own code; for a lambda, of the one around it."""
        while function.name == "<lambda>":
            function = self.module.functions[function.parent]
        if function.id not in self._bodies:
            self._bodies[function.id] = Body(self._function_nodes[function.id], self._records, self.module.renamed)
        return self._bodies[function.id]

    def is_durable(self, call: Call) -> bool:
        """Whether ``call`` makes a call that dbos records, itself or in what it runs."""
        callees = self.callees(call)
        return (
            bool(callees.durable)
            or not callees.names.isdisjoint(api.DURABLE)
            or any(DURABLE in self.analysis.reach(self.resolver.key(callee)) for callee in callees.runs)
        )

    def durable_calls(self, body: Body, *nodes: ast.AST) -> Iterator[tuple[ast.Call, Call]]:
        """The calls within ``nodes`` that make calls which dbos records, in the order of the text."""
        return ((node, call) for node, call in body.calls(*nodes) if self.is_durable(call))

    def sinks(self, node: ast.expr) -> Sink:
        """Where the value of ``node``, an expression in a function of this file, goes in the end: through names,
        containers, helpers, and back to the callers that run as workflows."""
        function = self._around(node)
        return Sink.UNKNOWN if function is None else self.sinks_of(function, [node])[0]

    def sinks_of(self, function: Function, nodes: list[ast.expr]) -> list[Sink]:
        """The same of several expressions of one function of this file, at once."""
        if function.flows is None:
            # It nests too deeply to be followed.
            return [Sink.UNKNOWN] * len(nodes)
        flows = AskedTracer(self.module, self.collected.marks, self.body(function).node, function, nodes).trace()
        key = FunctionKey(self.module.path, function.id)
        found = []
        for number in range(len(nodes)):
            targets = flows.of(Asked(number))
            ends = Sink.UNKNOWN if targets is None else self.analysis.sinks.of_targets(key, targets)
            found.append(self.contexts.fates.closed(key, ends))
        return found

    def _around(self, node: ast.expr) -> Function | None:
        """The innermost function around an expression."""
        rows = (node.lineno, node.end_lineno or node.lineno)
        around = [function for inner, function in self.collected.nodes.functions if _holds(inner, *rows)]
        return next((each for each in reversed(around) if any(it is node for it in self.body(each).walk())), None)

    def function(self, call: Call) -> Function:
        """The function whose running makes ``call``."""
        return self.module.functions[self.module.scopes[call.scope].function]

    def targets_at_least(self, major: int, minor: int) -> bool:
        """Whether the program is written for this version of dbos or a later one."""
        parts = self.settings.dbos_version.split(".")
        return (int(parts[0]), int(parts[1])) >= (major, minor)

    def has(self, symbol: str) -> bool:
        """Whether the target version of dbos has ``symbol``, such as ``DBOS.transaction``."""
        known = history().get(symbol)
        return known is not None and known.is_in(version(self.settings.dbos_version))

    def once(self, make: Callable[[Here], T]) -> T:
        """What ``make`` makes of this file: it is made once."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast(T, self._made[make])

    def finish(self) -> None:
        """Let go of what was made of this file: it holds the tree in a circle, which nobody collects."""
        self._made.clear()

    def value(self, function: Function) -> FunctionValue:
        return FunctionValue(self.module.path, function.id)

    def entity(self, function: Function) -> Entity | None:
        """The durable function that the decorators of ``function`` make of it."""
        return self.contexts.entities.get(function.id)

    def place(self, function: Function) -> Place:
        """Where the decorators and defaults of ``function`` are evaluated."""
        return Place(self.module.scopes[function.scope].parent, function.span.row, function.block)

    def spelled(self, name: str, call: Call) -> Spelling | None:
        """How to write ``name``, a qualified name such as ``dbos.DBOS``, where ``call`` stands."""
        return spelling(self.resolver, self.module, place_of(call), name)

    # ------------------------------------------------------------------ answers

    def report_event(self, rule: Rule, event: Event, what: str, advice: str, *, fix: Fix | None = None) -> None:
        """Tell of something that happens to the engine in a line, where this file has it or leads to it."""
        trace: tuple[TraceStep, ...] = ()
        if len(event.frames) > 1:
            origin = event.frames[-1]
            steps = [self.step(frame.key) for frame in event.frames]
            trace = (*steps, TraceStep(event.label, origin.key.module, origin.span.row))
        place = next(frame.span for frame in reversed(event.frames) if frame.key.module == self.module.path)
        self.report(rule, place, f"{event.label} {what}{self.route(trace)}: {advice}", trace, fix=fix)

    def report_reached(
        self,
        rule: Rule,
        reached: Reached,
        begin: str,
        end: str,
        *,
        level: Level | None = None,
        confidence: Confidence = Confidence.HIGH,
        fix: Fix | ByHand | None = None,
    ) -> None:
        """Tell of an effect, where this file has it or leads to it: the way there stands within the message."""
        trace = self.trace(reached)
        message = f"{begin}{self.route(trace)}{end}"
        self.report(rule, reached.span, message, trace, level=level, confidence=confidence, fix=fix)

    def report(
        self,
        rule: Rule,
        span: Span | ast.expr | ast.stmt,
        message: str,
        chain: Iterable[TraceStep] = (),
        *,
        level: Level | None = None,
        confidence: Confidence = Confidence.HIGH,
        fix: Fix | ByHand | None = None,
    ) -> None:
        """Tell of a finding, if its rule is on; ``level`` is given where it differs from the rule's, ``fix`` where the
        finding can be mended for certain, or where it was looked for in vain."""
        if rule.code in self.enabled:
            if not isinstance(span, Span):
                span = span_of(span)
            # What a test expects to raise is wrong on purpose.
            if not any(first <= span.row <= last for first, last in self.module.expected):
                shown = confidence is Confidence.HIGH or self.settings.shows_guesses
                findings = self.findings if shown else self.hidden
                reason = fix.reason if isinstance(fix, ByHand) else ""
                change = fix if isinstance(fix, Fix) else None
                findings.append(Finding(rule, span, message, tuple(chain), level, confidence, change, reason))

    def trace(self, reached: Reached) -> tuple[TraceStep, ...]:
        """The chain from the root of the context to the effect, each function where it is defined. What is left out of
        a very long one is told in the place of what follows."""
        steps = [self.step(key) for key in reached.chain]
        for place, number in reversed(reached.gaps):
            steps.insert(place, steps[place]._replace(label=f"… {number} more …"))
        steps.append(TraceStep(reached.effect.label, reached.origin[0], reached.effect.span.row))
        return tuple(steps)

    def root(self, reached: Reached) -> str:
        """What the durable function is called in whose context the effect happens."""
        return self.step(reached.chain[0]).label

    def step(self, key: FunctionKey) -> TraceStep:
        """A function as a link of a chain."""
        module = self.resolver.module(key[0])
        function = module.functions[key[1]]
        return TraceStep(function.qualname, key[0], function.span.row)

    def route(self, trace: tuple[TraceStep, ...]) -> str:
        """The chain in a message: `` (checkout → price_order → stamp, pricing.py:12)``, empty when there is none."""
        names = [step.label.rpartition(".")[2] for step in trace[:-1]]
        if len(names) < 2:
            return ""
        if len(names) > 5:
            names = [*names[:2], "…", *names[-2:]]
        return f" ({' → '.join(names)}, {self._where(trace[-1])})"

    def _where(self, step: TraceStep) -> str:
        """A place as a message names it: the file by its name, or by its package's where that says more."""
        if step.filename == self.module.path:
            return f"line {step.row}"
        folder, name = os.path.split(step.filename)
        if name == "__init__.py":
            name = f"{os.path.basename(folder)}/{name}"
        return f"{name}:{step.row}"


def _holds(node: ast.FunctionDef | ast.AsyncFunctionDef, row: int, end_row: int) -> bool:
    return node.body[0].lineno <= row and end_row <= (node.end_lineno or node.lineno)


class Visitor:
    """What a category of rules, or a part of one, looks at. Methods that it does not define are not called.

    ``parts`` are the visitors among which a category divides its work. ``calls`` are the qualified names of what
    ``visit_Call`` wants to see called, and ``called`` the kinds of what else: durable functions (``Entity``), functions
    and classes of the project, decorators that are kept. ``None`` stands for all calls that may concern a rule.
    ``effects`` are the contexts and kinds of the effects that ``visit_effect`` wants, ``None`` for all.
    """

    parts: ClassVar[tuple[type[Visitor], ...]] = ()
    calls: ClassVar[Collection[str] | None] = None
    called: ClassVar[tuple[type[Value], ...]] = ()
    effects: ClassVar[frozenset[tuple[str, str]] | None] = None

    def __init__(self, here: Here) -> None:
        self.here = here


def happening(kinds: Iterable[str], *contexts: str) -> frozenset[tuple[str, str]]:
    """Effects of ``kinds`` in ``contexts``, for :attr:`Visitor.effects`."""
    return frozenset((context, kind) for context in contexts for kind in kinds)
