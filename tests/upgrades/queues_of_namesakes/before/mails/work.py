"""What sends mails."""

from dbos import DBOS, Queue

queue = Queue("mails", concurrency=2)


@DBOS.workflow()
def send(to: str) -> str:
    return f"mailed {to}"


def start() -> None:
    DBOS(config={"name": "mails", "system_database_url": "sqlite:///mails.sqlite"})
    DBOS.launch()
    queue.enqueue(send, "ann")
