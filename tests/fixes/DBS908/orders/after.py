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
        packed = await DBOS.enqueue_workflow_async("packing", pack, order)
    return await packed.get_result()


@app.post("/orders/{order}")
async def create(order: str) -> list[str]:
    ids = [(await DBOS.enqueue_workflow_async("billing", bill, order)).workflow_id]
    ids.append((await dbos.DBOS.enqueue_workflow_async(
        "packing",
        pack,
        order,  # as it came
    )).workflow_id)
    await Debouncer.create(bill).debounce_async(order, 5, order); ids.sort()
    return ids


@app.get("/schedules")
async def schedules() -> list[str]:
    return [schedule["schedule_name"] for schedule in await DBOS.list_schedules_async() if schedule]


async def many(orders: list[str]) -> list[str]:
    handles = [await DBOS.enqueue_workflow_async("packing", pack, order) for order in orders]  # all at once
    for handle in handles:
        print(handle.workflow_id, await handle.get_status())
    return [await each.get_result() for each in handles if each.workflow_id]


async def forward(client: DBOSClient, order: str) -> object:
    options: EnqueueOptions = {"workflow_name": "bill", "queue_name": "billing"}
    handle = await client.enqueue_async(options, order)
    await client.send_async(handle.workflow_id, "hurry")
    async for line in client.read_stream_async(handle.workflow_id, "log"):
        print(line)
    return await handle.get_result()
