"""Orders: packed on one queue, sent on another."""

from dbos import DBOS, SetEnqueueOptions, WorkflowHandle

from .mail import send
from .stock import take


@DBOS.step()
def wrap(item: str) -> str:
    return f"wrapped {item}"


@DBOS.workflow(name="orders.pack")
def pack(customer: str, item: str) -> str:
    if not take(item):
        return f"no {item} for {customer}"
    return f"{wrap(item)} for {customer}"


def order(customer: str, item: str) -> WorkflowHandle[str]:
    """Have an order packed, one after the other."""
    handle = DBOS.enqueue_workflow("packing", pack, customer, item)
    handle.get_result()
    return handle


async def send_all(items: list[str]) -> list[str]:
    sent = []
    for number, item in enumerate(items, 1):
        with SetEnqueueOptions(priority=number):
            handle = await DBOS.enqueue_workflow_async("sending", send, item)
        sent.append(await handle.get_result())
    return sent
