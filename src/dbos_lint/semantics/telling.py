"""What a file answers to the questions that are put to all files of its project, for :meth:`Names.answer`.

Answers can be kept, and compared with what they were: of the kinds of names they are :class:`Told`, else lists, texts
and numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from dbos_lint.catalog.names import OFFERS, QUEUE, SERIALIZER, TOPIC, WORKFLOW
from dbos_lint.semantics.enqueued import ENQUEUED, enqueued_in
from dbos_lint.semantics.handles import handles
from dbos_lint.semantics.names import Names
from dbos_lint.semantics.naming import Mention
from dbos_lint.semantics.partitions import COVERED, covered_by
from dbos_lint.semantics.queues import limits_of
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.rivals import REGISTERED, registered_in
from dbos_lint.semantics.serializers import serializers_in
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.testcode import is_test_file
from dbos_lint.semantics.told import DECORATED, KINDS, LOADS, READ, Made, QueueMade, Told


def _names(kind: str, names: Names, module: Module) -> tuple[Told, ...]:
    in_tests = is_test_file(names.calls.resolver, module)
    return tuple([_told(names, module, mention, in_tests) for mention in names.of(module, kind)])


def _told(names: Names, module: Module, mention: Mention, in_tests: bool) -> Told:
    offers = mention.side == OFFERS
    return Told(
        mention.path,
        in_tests,
        mention.side,
        mention.name,
        mention.api,
        mention.sure,
        mention.kind == TOPIC and not offers and _is_in_workflow(names, module, mention),
        _queue(names, module, mention) if mention.kind == QUEUE and offers else None,
        _workflow(names.calls.resolver, mention),
    )


def _queue(names: Names, module: Module, mention: Mention) -> QueueMade:
    if mention.call is None or not mention.sure:
        return QueueMade()
    limits = limits_of(names.calls, module, mention.call)
    everywhere, here = limits.concurrency, limits.number("worker_concurrency")
    is_known = not limits.open and limits.is_partitioned is False
    places = (here if everywhere is None else everywhere) if is_known else None
    return QueueMade(limits.is_partitioned is True, places, everywhere is not None)


def _workflow(resolver: Resolver, mention: Mention) -> Made | None:
    if mention.entity is None:
        return None
    value = mention.entity.function
    home, function = resolver.module(value.module), resolver.function(value)
    elsewhere = value.module if value.module != mention.path else ""
    return Made(elsewhere, handles(resolver, home)[value.id], function.name, _needs(resolver, home, function))


def _needs(resolver: Resolver, home: Module, function: Function) -> int:
    """The number of options without which dbos cannot tell whose method a workflow is."""
    names = resolver.decorator_names(home, function)
    if function.owner is None or "staticmethod" in names:
        return 0
    return 1 if "classmethod" in names else 2


def _is_in_workflow(names: Names, module: Module, mention: Mention) -> bool:
    if mention.call is None:
        return True
    workflows = names.once("workflows", module, partial(_workflows, names))
    return module.scopes[mention.call.scope].function in workflows


def _workflows(names: Names, module: Module) -> frozenset[int]:
    return frozenset(found.entity.function.id for found in names.of(module, WORKFLOW) if found.entity is not None)


def _decorated(names: Names, module: Module) -> list[Any]:
    known = handles(names.calls.resolver, module)
    return [known[function.id] for function in module.functions if function.decorators]


TELLERS: Mapping[str, Callable[[Names, Module], Sequence[Any]]] = {
    **{kind: partial(_names, kind) for kind in KINDS},
    DECORATED: _decorated,
    ENQUEUED: enqueued_in,
    COVERED: covered_by,
    LOADS: lambda names, module: names.meeting.loads_of(module),
    READ: lambda names, module: [True],
    REGISTERED: registered_in,
    SERIALIZER: serializers_in,
}
"""By question."""
