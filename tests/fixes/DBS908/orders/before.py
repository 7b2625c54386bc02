# options: fix=safe
"""An ordering service that queues, schedules and asks from its event loop."""

import dbos
from dbos import DBOS, DBOSClient, Debouncer, EnqueueOptions, SetEnqueueOptions, SetWorkflowID
from fastapi import FastAPI

app = FastAPI()


@DBOS.workflow()
def pack(order: str) -> str:
    return order


@DBOS.workflow()
async def bill(order: str) -> str:
    # The workflow's own queueing.
    with SetWorkflowID(f"pack-{order}"), SetEnqueueOptions(priority=2):
        packed = DBOS.enqueue_workflow("packing", pack, order)
    return packed.get_result()


@app.post("/orders/{order}")
async def create(order: str) -> list[str]:
    ids = [DBOS.enqueue_workflow("billing", bill, order).workflow_id]
    ids.append(dbos.DBOS.enqueue_workflow(
        "packing",
        pack,
        order,  # as it came
    ).workflow_id)
    Debouncer.create(bill).debounce(order, 5, order); ids.sort()
    return ids


@app.get("/schedules")
async def schedules() -> list[str]:
    return [schedule["schedule_name"] for schedule in DBOS.list_schedules() if schedule]


async def many(orders: list[str]) -> list[str]:
    handles = [DBOS.enqueue_workflow("packing", pack, order) for order in orders]  # all at once
    for handle in handles:
        print(handle.workflow_id, handle.get_status())
    return [each.get_result() for each in handles if each.workflow_id]


async def forward(client: DBOSClient, order: str) -> object:
    options: EnqueueOptions = {"workflow_name": "bill", "queue_name": "billing"}
    handle = client.enqueue(options, order)
    client.send(handle.workflow_id, "hurry")
    for line in client.read_stream(handle.workflow_id, "log"):
        print(line)
    return handle.get_result()
