"""One program starts in two ways."""

import sys

from dbos import DBOS


@DBOS.workflow()
def load(name: str) -> str:
    return name


def work() -> None:
    DBOS(config={"name": "loading"})
    if "--quiet" in sys.argv:
        DBOS.launch()
        DBOS.register_queue("rows", global_concurrency=2, polling_interval_sec=0.5)
        DBOS.register_queue("files")
    else:
        print("starting")
        DBOS.launch()
        DBOS.register_queue("rows", global_concurrency=2, polling_interval_sec=0.5)
        DBOS.register_queue("files")
        # It runs now.
    print(DBOS.enqueue_workflow("rows", load, "a").get_result())


def main() -> None:
    DBOS(config={"name": "loading"})
    DBOS.launch()
    DBOS.register_queue("other")
    DBOS.register_queue("rows", global_concurrency=2, polling_interval_sec=0.5)
    DBOS.register_queue("files")
    print(DBOS.enqueue_workflow("files", load, "b").get_result())
    DBOS.destroy()


if __name__ == "__main__":
    main() if len(sys.argv) > 1 else work()
