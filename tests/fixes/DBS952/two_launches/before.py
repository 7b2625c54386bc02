"""One program starts in two ways."""

import sys

from dbos import DBOS, Queue

rows = Queue("rows", 2, polling_interval_sec=0.5)
files = Queue(name="files", limiter=None)


@DBOS.workflow()
def load(name: str) -> str:
    return name


def work() -> None:
    DBOS(config={"name": "loading"})
    if "--quiet" in sys.argv:
        DBOS.launch()
    else:
        print("starting")
        DBOS.launch()
        # It runs now.
    print(rows.enqueue(load, "a").get_result())


def main() -> None:
    DBOS(config={"name": "loading"})
    DBOS.launch()
    DBOS.register_queue("other")
    print(files.enqueue(load, "b").get_result())
    DBOS.destroy()


if __name__ == "__main__":
    main() if len(sys.argv) > 1 else work()
