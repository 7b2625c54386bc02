"""What sends letters."""

from dbos import DBOS, Queue

letters = Queue("letters")


@DBOS.workflow()
def send(to: str) -> str:
    return f"sent {to}"


def start() -> None:
    DBOS(config={"name": "letters", "system_database_url": "sqlite:///letters.sqlite"})
    DBOS.launch()
    letters.enqueue(send, "ann")
