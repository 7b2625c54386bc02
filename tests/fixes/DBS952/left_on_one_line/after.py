"""Nothing can be put behind a launch that shares its line."""

from dbos import DBOS, Queue

mails = Queue("mails")


@DBOS.workflow()
def mail(address: str) -> str:
    return address


def main() -> None:
    DBOS(config={"name": "mails"})
    DBOS.launch(); print(mails.enqueue(mail, "a").get_result())
