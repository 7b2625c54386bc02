# options: dbos-version=3.4
"""A child order knows which order it belongs to."""

from dbos import DBOS


@DBOS.workflow()
def pack(order: str) -> str:
    if DBOS.get_workflow_status(DBOS.workflow_id).parent_workflow_id:
        return f"{order} of {DBOS.get_workflow_status(DBOS.workflow_id).parent_workflow_id}"
    return order


@DBOS.workflow()
async def send(order: str) -> str:
    parent = (await DBOS.get_workflow_status_async(DBOS.workflow_id)).parent_workflow_id
    return f"{order} of {parent}"


def describe(order: str) -> str:
    return f"{order} of {DBOS.parent_workflow_id}"
