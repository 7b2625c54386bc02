"""The arguments of ``DBOS.register_queue``, for what ``Queue(...)`` and earlier releases of it took."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from dbos_lint.rules.migration.files import UnsureError
from dbos_lint.syntax.trees import is_constant

POSITIONAL = ("name", "concurrency", "limiter")
"""What ``Queue(...)`` took by position."""
DROPPED = frozenset({"priority_enabled", "partition_queue"})
"""What 3.0 takes no more."""
PER_PARTITION: Mapping[str, str] = {
    "concurrency": "partition_concurrency",
    "global_concurrency": "partition_concurrency",
    "worker_concurrency": "partition_worker_concurrency",
    "limiter": "partition_limiter",
}
"""What limits of the whole queue became of those of a queue with ``partition_queue=True``."""
_KEPT = frozenset({*PER_PARTITION, *PER_PARTITION.values(), "polling_interval_sec"})


def limits(given: Mapping[str, ast.expr]) -> dict[str, ast.expr]:
    """The limits of a queue under their names of 3.x.

    Raises UnsureError where they cannot be told.
    """
    rest = {name: value for name, value in given.items() if name not in DROPPED}
    if "priority_enabled" in given and not isinstance(given["priority_enabled"], (ast.Constant, ast.Name)):
        raise UnsureError("whether it has priorities is computed")
    unknown = sorted(rest.keys() - _KEPT)
    if unknown:
        raise UnsureError(f"DBOS.register_queue has no '{unknown[0]}'")
    rest = {name: value for name, value in rest.items() if not is_constant(value, None)}
    names = renames(rest, given.get("partition_queue"))
    renamed = [names.get(name, name) for name in rest]
    if len(set(renamed)) < len(renamed):
        raise UnsureError("it has one limit twice")
    return dict(zip(renamed, rest.values(), strict=True))


def renames(given: Mapping[str, ast.expr], partitions: ast.expr | None) -> dict[str, str]:
    """The names of 3.x of the limits that are ``given``, where they are others."""
    told = {name for name, value in given.items() if not is_constant(value, None)}
    if partitions is None or is_constant(partitions, False):
        return {"concurrency": "global_concurrency"}
    if not is_constant(partitions, True):
        raise UnsureError("whether it has partitions is computed")
    if any(name in PER_PARTITION.values() for name in told):
        raise UnsureError("it has limits of its own for partitions")
    if not told & PER_PARTITION.keys():
        raise UnsureError("since 3.0 a queue has partitions only with a partition_* limit, and this one has no limit")
    return dict(PER_PARTITION)
