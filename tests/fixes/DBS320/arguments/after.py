"""run_step without its options, and with what a call gives."""

from dbos import DBOS as D


def send(address: str, text: str = "") -> str:
    return address + text


async def send_later(address: str) -> str:
    return address


class Mailer:
    def deliver(self, address: str) -> str:
        return address


def ping() -> str:
    return "pong"


@D.workflow()
def mail(address: str) -> str:
    first = D.run_step(None, send, address, "é")
    second = D.run_step(
        None, send,  # the function
        address,
    )
    third = D.run_step(None, send, address, text="ö")
    fourth = D.run_step({"name": "größe"}, send(f"{address}!", "a, b"))
    fifth = D.run_step(None, ping)
    return first + second + third + fourth + fifth


@D.workflow()
async def mail_later(address: str) -> str:
    mailer = Mailer()
    return (await D.run_step_async(None, send_later, address)) + (await D.run_step_async(None, mailer.deliver, address))
