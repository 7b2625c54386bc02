"""What the shop can be taught by others."""

from collections.abc import Callable
from typing import Any

from dbos import DBOS
from dbos import error as problems
from dbos import PortableWorkflowError


def hello() -> str:
    return "hello"


def load(plugin: Callable[[], str]) -> str:
    try:
        return DBOS.workflow()(plugin)()
    except problems.DBOSException:  # one of its name is there
        return "twice"


def as_data(problem: PortableWorkflowError) -> Any:
    return problem.to_error_data()


def load_all() -> list[str]:
    return [load(hello)]
