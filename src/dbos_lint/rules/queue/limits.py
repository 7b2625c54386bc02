"""The limits that queues are given."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from dbos_lint.catalog import api
from dbos_lint.diagnostic import Level
from dbos_lint.rules.declared.queue import INVALID_QUEUE_LIMIT, QUEUE_WITHOUT_LIMITS
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.queues import (
    CONCURRENCIES,
    LIMITERS,
    PER_PARTITION,
    REGISTERS,
    SETTERS,
    Limits,
    limits_of,
    value_of,
)
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.testcode import is_test_file

_RAISES = "dbos raises ValueError"
_STOPS = "dbos accepts it, and nothing on the queue ever runs"
# The first of each pair must not be more than the second.
_RELATIONS = (
    ("worker_concurrency", "global_concurrency"),
    ("worker_concurrency", "concurrency"),
    ("partition_worker_concurrency", "partition_concurrency"),
    ("partition_worker_concurrency", "worker_concurrency"),
    ("partition_concurrency", "global_concurrency"),
    ("partition_concurrency", "concurrency"),
    ("partition_worker_concurrency", "global_concurrency"),
    ("partition_worker_concurrency", "concurrency"),
)


class QueueLimits(Visitor):
    """Limits that dbos refuses, that stop a queue, or that are missing."""

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        names = self.here.names_called(call)
        if not names.isdisjoint(REGISTERS):
            # Nobody makes a queue with the constructor from dbos 3 on.
            if api.QUEUE not in names or not self.here.targets_at_least(3, 0):
                self._registered(call, limits_of(self.here.analysis.calls, self.here.module, call))
        elif len(names) == 1 and (setter := SETTERS.get(min(names))) is not None:
            ref = next((ref for name, ref in call.keywords if name == "value"), call.args[0] if call.args else None)
            value = value_of(self.here.analysis.calls, self.here.module, call, setter, ref)
            self._report(call, Limits({setter: value}, open=True), Level.WARNING)

    def _registered(self, call: Call, limits: Limits) -> None:
        self._report(call, limits, Level.ERROR)
        if limits.is_unlimited:
            self.here.report(
                QUEUE_WITHOUT_LIMITS,
                call.span,
                "the queue has no limit: all that is enqueued starts at once, on every worker; give it a "
                "worker_concurrency, a global_concurrency or a limiter",
            )

    def _report(self, call: Call, limits: Limits, when_stopped: Level) -> None:
        """Report the worst of what is wrong. A queue that stands still may be meant to: by a test, or for a while."""
        fault = next(_faults(limits), None)
        if fault is None:
            return
        stops = _STOPS in fault
        if not stops or not is_test_file(self.here.resolver, self.here.module):
            self.here.report(INVALID_QUEUE_LIMIT, call.span, fault, level=when_stopped if stops else None)


def _faults(limits: Limits) -> Iterator[str]:
    """What is wrong with the limits, the worst first."""
    if "concurrency" in limits.given and "global_concurrency" in limits.given:
        yield f"concurrency and global_concurrency mean the same, and {_RAISES} for both at once: give one of them"
    for name in CONCURRENCIES:
        number = limits.number(name)
        if number is not None and number < 1:
            what = _RAISES if name in PER_PARTITION else _STOPS
            yield f"{name}={number} leaves no room for any workflow: {what}; give at least 1, or None for no limit"
    for inner, outer in _RELATIONS:
        less, more = limits.number(inner), limits.number(outer)
        if less is not None and more is not None and less > more:
            yield f"{inner}={less} is more than {outer}={more}: {_RAISES}; {inner} can be {more} at most"
    interval = limits.number("polling_interval_sec")
    if interval is not None and interval <= 0:
        yield f"polling_interval_sec={interval} is no interval: {_RAISES}; give a positive number of seconds"
    for name in LIMITERS:
        limiter = limits.given.get(name)
        if isinstance(limiter, Mapping):
            yield from _faults_of_limiter(name, limiter)


def _faults_of_limiter(name: str, limiter: Mapping[str, object]) -> Iterator[str]:
    missing = [key for key in ("limit", "period") if limiter.get(key) is None]
    if missing:
        yield f"the {name} lacks its '{missing[0]}': {_RAISES}; give both 'limit' and 'period'"
    limit, period = limiter.get("limit"), limiter.get("period")
    if isinstance(limit, (int, float)) and limit < 1:
        yield f"the {name} lets {limit} workflows start in a period: {_STOPS}; give at least 1, or no {name}"
    if isinstance(period, (int, float)) and period <= 0:
        yield f"the {name} has a period of {period} s: dbos accepts it, and limits nothing; give a positive number"
