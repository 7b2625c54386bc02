"""Mail to customers, sent from a queue."""

from dbos import DBOS

QUEUE = "mail"


@DBOS.step()
async def send(address: str, text: str) -> str:
    DBOS.logger.info("mail to %s: %s", address, text)
    return f"sent to {address}"


@DBOS.step()
async def record_delivery(order_number: str, receipt: str) -> None:
    DBOS.logger.info("%s: %s", order_number, receipt)


@DBOS.workflow()
async def confirm(address: str, order_number: str, total: float) -> str:
    DBOS.set_event("state", "sending")
    receipt = await send(address, f"Thank you for order {order_number}: {total:.2f}")
    record_delivery(order_number, receipt)
    return receipt
