"""Blocks that give what is enqueued in them a partition key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dbos_lint.catalog import patterns
from dbos_lint.semantics.calls import Calls
from dbos_lint.semantics.handles import handles
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import FunctionKey

if TYPE_CHECKING:
    from dbos_lint.semantics.names import Names

KEY = "queue_partition_key"
_GIVING = (KEY, None)
COVERED = "covered"
"""The question which functions may run in such blocks of a file."""


def is_block(calls: Calls, module: Module, call: Call) -> bool:
    """Whether ``call`` makes a block with options for what is enqueued in it."""
    return patterns.SET_ENQUEUE_OPTIONS in calls.callees(module, call).names


def opens_block(calls: Calls, module: Module, call: Call) -> bool:
    """Whether ``call`` makes a block that may give a partition key."""
    return any(name in _GIVING for name, _ in call.keywords) and is_block(calls, module, call)


def _openers(calls: Calls, module: Module) -> list[Function]:
    """The functions of a file that open a block with a partition key."""
    return [
        function
        for function in module.functions
        if any(opens_block(calls, module, call) for call in function.calls if call.keywords)
    ]


def covered_by(names: Names, module: Module) -> list[Any]:
    """The functions that may run in a block that a function of ``module`` opens, each by its file and its handle."""
    todo = [FunctionKey(module.path, function.id) for function in _openers(names.calls, module)]
    found: set[FunctionKey] = set()
    while todo:
        inside = {edge.callee for edge in names.observer.facts(todo.pop()).edges} - found
        found |= inside
        todo.extend(inside)
    resolver = names.calls.resolver
    return sorted({(key.module, handles(resolver, resolver.module(key.module))[key.id]) for key in found})
