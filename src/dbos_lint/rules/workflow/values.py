"""Values that differ when a workflow is recovered: what is wrong with them depends on where they go."""

from __future__ import annotations

from collections.abc import Iterator

from dbos_lint.catalog import api
from dbos_lint.catalog.nondeterminism import EXTRA
from dbos_lint.diagnostic import Confidence, Level, Rule
from dbos_lint.records import NamedTuple
from dbos_lint.rules.declared.workflow import (
    CLOCK_COMPUTED_SLEEP,
    CLOCK_IN_WORKFLOW,
    ENVIRONMENT_IN_WORKFLOW,
    NONDETERMINISM_ONLY_LOGGED,
    OBJECT_IDENTITY_IN_WORKFLOW,
    RANDOM_IN_WORKFLOW,
    UNRECORDED_READ_IN_WORKFLOW,
    UUID_IN_WORKFLOW,
)
from dbos_lint.rules.visitor import Here, Visitor
from dbos_lint.rules.workflow.recording import Recording
from dbos_lint.semantics.contexts import Reached
from dbos_lint.semantics.effects import IDENTITY, UNRECORDED
from dbos_lint.semantics.ends import Sink
from dbos_lint.syntax.spans import Span

_STEP = "do it in a step (DBOS.run_step) and use what the step returns"
_LOGGED = Sink.LOGGED | Sink.WAITS


class Kind(NamedTuple):
    """What a rule says of values of one kind; ``harmless`` are the ends at which they do no harm."""

    rule: Rule
    verb: str
    advice: str
    harmless: Sink = _LOGGED

    def repeats(self, fate: Sink) -> bool:
        """Whether recovery may run other code, or repeat an effect with another value."""
        return (fate & ~self.harmless).repeats


_CLOCK = Kind(CLOCK_IN_WORKFLOW, "is read", f"recovery reads another time; {_STEP}", _LOGGED | Sink.SLEEPS | Sink.POLLS)
_RANDOM = Kind(RANDOM_IN_WORKFLOW, "is drawn", f"recovery draws another value; {_STEP}", _LOGGED | Sink.SLEEPS)
_MACHINE = Kind(ENVIRONMENT_IN_WORKFLOW, "is read", f"it may differ on the machine that recovers; {_STEP}")
_KINDS: dict[str, Kind] = {
    "clock": _CLOCK,
    EXTRA: _CLOCK._replace(harmless=_LOGGED),
    "random": _RANDOM,
    "secret": _RANDOM,
    "identity": Kind(UUID_IN_WORKFLOW, "is called", f"recovery makes another identifier; {_STEP}"),
    **dict.fromkeys(("environment", "host", "process", "locale"), _MACHINE),
    UNRECORDED: Kind(
        UNRECORDED_READ_IN_WORKFLOW,
        "is read",
        f"dbos does not record it, and recovery may read something else; {_STEP}",
        _LOGGED | Sink.CHECKED,
    ),
    IDENTITY: Kind(
        OBJECT_IDENTITY_IN_WORKFLOW,
        "is taken",
        "each process has another one; use a key of the data, or a hash that is the same everywhere (hashlib, zlib)",
        ~(Sink.STEERS | Sink.POLLS | Sink.CHECKED | Sink.DURABLE | Sink.SLEEPS),
    ),
}
# Rules whose values a step can draw: the environment differs on purpose, and may hold secrets.
_MENDED = (CLOCK_IN_WORKFLOW, RANDOM_IN_WORKFLOW, UUID_IN_WORKFLOW)
_OF_QUEUES = f"{api.QUEUE}."


class Values(Visitor):
    """What workflow code reads or makes that will be something else when it is recovered."""

    def __init__(self, here: Here) -> None:
        super().__init__(here)
        self._found: dict[tuple[str, Span], list[Reached]] = {}
        self._recording = Recording(here)

    def visit_effect(self, reached: Reached) -> None:
        effect = reached.effect
        if reached.context != api.WORKFLOW or effect.kind not in _KINDS:
            return
        if effect.kind == UNRECORDED and effect.name.startswith(_OF_QUEUES) and not self.here.targets_at_least(3, 0):
            # Queues are objects of the program there, and nobody changes them.
            return
        self._found.setdefault((_KINDS[effect.kind].rule.code, reached.span), []).append(reached)

    def visit_module(self) -> None:
        slept: dict[Span, list[tuple[Reached, Sink]]] = {}
        for several in self._found.values():
            kind = _KINDS[several[0].effect.kind]
            harmful = [reached for reached in several if reached.fate & ~kind.harmless]
            # The worst first, then the nearest.
            harmful.sort(key=lambda each: (not kind.repeats(each.fate), each.effect.guess, each.length))
            if harmful:
                self._report(kind, harmful[0], None if kind.repeats(harmful[0].fate) else Level.WARNING)
            elif any(reached.fate & ~_LOGGED for reached in several):
                pass
            elif not any(reached.fate & Sink.WAITS for reached in several):
                self._report_logged(several[0])
            if kind.rule is CLOCK_IN_WORKFLOW:
                for reached in several:
                    for span, ends in self._waits(reached):
                        slept.setdefault(span, []).append((reached, ends))
        for span, clocks in slept.items():
            self._report_wait(span, clocks)

    def _report(self, kind: Kind, reached: Reached, level: Level | None) -> None:
        self.here.report_reached(
            kind.rule,
            reached,
            self._said(kind, reached),
            f": {kind.advice}",
            level=level,
            confidence=Confidence.MEDIUM if reached.effect.guess else Confidence.HIGH,
            fix=self._recording.of(reached) if kind.rule in _MENDED else None,
        )

    def _said(self, kind: Kind, reached: Reached) -> str:
        return f"{reached.effect.label} {kind.verb} while workflow '{self.here.root(reached)}' runs"

    def _report_logged(self, reached: Reached) -> None:
        """A value of the first rules that comes to nothing."""
        if reached.effect.kind in (UNRECORDED, IDENTITY) or reached.origin != reached.function:
            return
        use = "only reaches a log" if reached.fate else "is not used"
        self.here.report_reached(
            NONDETERMINISM_ONLY_LOGGED,
            reached,
            self._said(_KINDS[reached.effect.kind], reached),
            f", and {use}: recovery gets another value, which does no harm",
        )

    def _waits(self, reached: Reached) -> Iterator[tuple[Span, Sink]]:
        """The waits for a moment that the workflow's clock tells."""
        if not reached.fate & (Sink.SLEEPS | Sink.POLLS) or reached.effect.kind != "clock" or reached.value is None:
            return
        for span, ends in self.here.contexts.fates.places(reached.function, reached.value):
            if ends & (Sink.SLEEPS | Sink.POLLS):
                yield span, ends

    def _report_wait(self, span: Span, clocks: list[tuple[Reached, Sink]]) -> None:
        """A wait, with the first of the clocks that tell its moment: it takes all of them to mend it."""
        reached, ends = clocks[0]
        trace = self.here.trace(reached)
        clock = f"{reached.effect.label}, read while workflow '{trace[0].label}' runs{self.here.route(trace)}"
        if ends & Sink.POLLS:
            text = f"loop around durable calls ends by {clock}: recovery makes fewer rounds, and fewer of the calls"
        else:
            text = f"sleep is computed from {clock}: recovery after that moment skips it, and shifts later steps"
        fix = self._recording.of_all([each for each, _ in clocks])
        self.here.report(CLOCK_COMPUTED_SLEEP, span, f"{text}; read the clock in a step", trace, fix=fix)
