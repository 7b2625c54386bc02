"""A program with names of its own, which are not those of dbos."""

import os
import sys

from office import Office, Queue

from dbos import DBOS, DBOSConfig

config: DBOSConfig = {
    "name": "office",
    "system_database_url": "sqlite:///office.sqlite",
    "log_level": "ERROR",
    "application_version": "v1",
}
DBOS(config=config)


@DBOS.workflow()
def file(paper: str) -> str:
    return f"{paper} filed"


def main() -> None:
    DBOS.launch()
    desk = DBOS.register_queue("desk", global_concurrency=1)
    print(DBOS.enqueue_workflow("desk", file, "letter").get_result())
    print(desk.name, Queue("desk", concurrency=2).concurrency, Office().restart_workflow("letter"))
    tray = DBOS.register_queue("tray", concurrency=1)  # noqa: DBS960  # the office likes it short
    print(tray.name)
    DBOS.destroy()


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)
