# options: dbos-version=3.4, fix=safe
"""A button in the back office starts orders over."""

import dbos
from dbos import DBOS


def again(order: str) -> str:
    handle = DBOS.restart_workflow(order)  # from the first step
    return handle.get_workflow_id()


def again_all(orders: list[str]) -> list[str]:
    return [dbos.DBOS.restart_workflow(workflow_id=each).get_workflow_id() for each in orders]


async def later(order: str) -> None:
    await DBOS.restart_workflow_async(
        order,
    )


def first(orders: list[str]) -> None:
    DBOS.restart_workflow((orders[0]))
