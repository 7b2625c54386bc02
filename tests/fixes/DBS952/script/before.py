"""A script whose lines end as they do on Windows."""

from dbos import DBOS, DBOSConfig, Queue  # the engine

config: DBOSConfig = {"name": "letters", "system_database_url": "sqlite:///letters.sqlite"}

# Letters go out one after the other.
letters = Queue("letters", concurrency=1)  # slow


@DBOS.workflow()
def send(letter: str, *, copies: int = 1) -> str:
    return f"{letter} x {copies}"


def post(letter: str) -> str:
    # Twice, for the archive.
    handle = letters.enqueue(send, letter, copies=2)  # queued
    return handle.get_result()


if __name__ == "__main__":
    DBOS(config=config)
    DBOS.launch()  # from here on, letters go out
    print(post("hello"))
    DBOS.destroy()
