"""The options stand behind the function, or nobody knows what is given; a call of several rows may hold comments."""

from dbos import DBOS


def send(address: str, text: str = "") -> str:
    return address + text


@DBOS.workflow()
def mail(address: str, rest: list[str]) -> str:
    options = {"name": "mail"}
    first = DBOS.run_step(send, {"name": "mail"}, address)
    second = DBOS.run_step(send, options)
    third = DBOS.run_step(send, *rest)
    fourth = DBOS.run_step(
        None,
        send(
            address,  # to
        ),
    )
    return first + second + third + fourth
