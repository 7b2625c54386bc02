"""What becomes of values in the workflows of one file: what a function leaves to its callers is followed up to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from dbos_lint.records import NamedTuple
from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.ends import NONE, OPEN, Sink
from dbos_lint.semantics.facts import Edge
from dbos_lint.semantics.flows import Origin
from dbos_lint.semantics.values import FunctionKey
from dbos_lint.syntax.spans import Span


class Beyond(NamedTuple):
    """What becomes of what a function returns, of what it keeps in its ``self``, and of whether it raises."""

    returned: Sink = NONE
    kept: Sink = NONE
    escapes: Sink = NONE

    def closed(self, fate: Sink) -> Sink:
        """``fate`` with what the callers add to it."""
        if not fate & OPEN:
            return fate
        found = fate & ~OPEN
        for end, beyond in zip((Sink.RETURNED, Sink.KEPT, Sink.ESCAPES), self, strict=True):
            if fate & end:
                found |= beyond
        return found


# A workflow's result is recorded; its object is shared with other workflows, and gone after recovery.
_ROOT = Beyond(Sink.RECORDED, Sink.LASTS, Sink.RECORDED)


class Fates:
    """The functions of the file ``path`` that run in a workflow, each with the caller from which it was found: a
    workflow has none."""

    def __init__(self, analysis: Analysis, path: str, callers: Mapping[FunctionKey, FunctionKey | None]) -> None:
        self.analysis = analysis
        self.path = path
        self.callers = callers
        self._beyond: dict[FunctionKey, Beyond] = {}

    def closed(self, key: FunctionKey, fate: Sink) -> Sink:
        """What becomes of a value that has ``fate`` in the function, its callers included."""
        if not fate & OPEN or key not in self.callers:
            return fate
        if key not in self._beyond:
            self._find(key)
        return self._beyond[key].closed(fate)

    def places(self, key: FunctionKey, origin: Origin) -> Iterator[tuple[Span, Sink]]:
        """The calls and conditions of this file to which a value comes, with its ends there."""
        todo: list[tuple[FunctionKey, Origin]] = [(key, origin)]
        for each, start in todo:
            yield from self.analysis.sinks.places(each, start)
            if self.analysis.sinks.of(each, start) & Sink.RETURNED:
                above = [(caller, edge.value) for caller, edge in self._calls.get(each, ()) if edge.value is not None]
                todo.extend([pair for pair in above if pair not in todo])

    def _find(self, key: FunctionKey) -> None:
        """Look at the function and all that lead to it, until nothing new comes."""
        queue = [key]
        found = {key: Beyond()}
        for each in queue:
            for caller, _ in self._calls.get(each, ()):
                if caller not in found:
                    found[caller] = Beyond()
                    queue.append(caller)
        changing = True
        while changing:
            changing = False
            for each in reversed(queue):
                beyond = self._from_callers(each, found)
                changing = changing or beyond != found[each]
                found[each] = beyond
        self._beyond.update(found)

    def _from_callers(self, key: FunctionKey, found: Mapping[FunctionKey, Beyond]) -> Beyond:
        returned, kept, escapes = _ROOT if self.callers.get(key, key) is None else Beyond()
        sinks = self.analysis.sinks
        for caller, edge in self._calls.get(key, ()):
            returned |= found[caller].closed(sinks.of(caller, edge.value))
            kept |= found[caller].closed(sinks.kept(caller, edge))
            escapes |= Sink.STEERS
        return Beyond(returned, kept, escapes)

    @cached_property
    def _calls(self) -> dict[FunctionKey, list[tuple[FunctionKey, Edge]]]:
        """The calls in this file by which workflow code runs a function of it, by that function."""
        calls: dict[FunctionKey, list[tuple[FunctionKey, Edge]]] = {}
        for key in self.callers:
            for edge in self.analysis.facts(key).edges if key.module == self.path else ():
                if edge.callee in self.callers and not edge.spared:
                    calls.setdefault(edge.callee, []).append((key, edge))
        return calls
