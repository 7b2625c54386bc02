# options: fix=safe
"""Invoices that wait for somebody: every kind of expression that a call can stand in."""

from typing import Any

import dbos
from dbos import DBOS as D


@D.step()
async def notify(invoice: str) -> None:
    # A step may set an event.
    D.set_event("notified", invoice)  # in the step


@D.workflow()  # one a day
async def approve(invoice: str, amounts: list[int]) -> Any:
    D.set_event("state", "asked"); await notify(invoice)
    answer = D.recv(
        "approval",  # from the accountant
        timeout_seconds=3600,
    )
    if not answer and (second := dbos.DBOS.recv("approval")) is None:
        return {"late": D.get_event(invoice, "state", timeout_seconds=1), "of": len(amounts)}
    first = answer["by"] if answer else D.get_event(invoice, "owner")["name"]
    known = [D.get_event(invoice, f"amount-{amount}") for amount in amounts]
    while D.patch("wait-for-second"):
        (D.sleep)(60)
        break
    total = -D.run_step({"name": "total"}, lambda: sum(amounts))
    return first, known, total
