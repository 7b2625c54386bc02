# options: dbos-version=3.4
"""Workflows are registered by plugins, some of them twice."""

from collections.abc import Callable

from dbos import DBOS, error


def register(plugin: Callable[[], str]) -> None:
    try:
        DBOS.workflow()(plugin)
    except error.DBOSException as problem:
        print("twice:", problem)
