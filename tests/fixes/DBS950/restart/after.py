# options: dbos-version=3.4, fix=safe
"""A button in the back office starts orders over."""

import dbos
from dbos import DBOS


def again(order: str) -> str:
    handle = DBOS.fork_workflow(order, 1)  # from the first step
    return handle.get_workflow_id()


def again_all(orders: list[str]) -> list[str]:
    return [dbos.DBOS.fork_workflow(workflow_id=each, start_step=1).get_workflow_id() for each in orders]


async def later(order: str) -> None:
    await DBOS.fork_workflow_async(
        order,
        1,
    )


def first(orders: list[str]) -> None:
    DBOS.fork_workflow((orders[0]), 1)
