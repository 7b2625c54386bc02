# options: fix=safe
"""Invoices that wait for somebody: every kind of expression that a call can stand in."""

from typing import Any

import dbos
from dbos import DBOS as D


@D.step()
async def notify(invoice: str) -> None:
    # A step may set an event.
    await D.set_event_async("notified", invoice)  # in the step


@D.workflow()  # one a day
async def approve(invoice: str, amounts: list[int]) -> Any:
    await D.set_event_async("state", "asked"); await notify(invoice)
    answer = await D.recv_async(
        "approval",  # from the accountant
        timeout_seconds=3600,
    )
    if not answer and (second := await dbos.DBOS.recv_async("approval")) is None:
        return {"late": await D.get_event_async(invoice, "state", timeout_seconds=1), "of": len(amounts)}
    first = answer["by"] if answer else (await D.get_event_async(invoice, "owner"))["name"]
    known = [await D.get_event_async(invoice, f"amount-{amount}") for amount in amounts]
    while await D.patch_async("wait-for-second"):
        await (D.sleep_async)(60)
        break
    total = -await D.run_step_async({"name": "total"}, lambda: sum(amounts))
    return first, known, total
