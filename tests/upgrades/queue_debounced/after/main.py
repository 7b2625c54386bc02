"""A search that waits until nobody types any more."""

import os
import sys

from dbos import DBOS, DBOSConfig, Debouncer

config: DBOSConfig = {
    "name": "search",
    "system_database_url": "sqlite:///search.sqlite",
    "log_level": "ERROR",
}
DBOS(config=config)


@DBOS.workflow()
def search(words: str) -> str:
    return f"found {words}"


debouncer = Debouncer.create(search, debounce_timeout_sec=5, queue="searches")

if __name__ == "__main__":
    try:
        DBOS.launch()
        DBOS.register_queue("searches", global_concurrency=1)
        handles = [debouncer.debounce("user", 0.5, words) for words in ("a", "a b", "a b c")]
        print({handle.get_result() for handle in handles})
        print(sorted({str(each.queue_name) for each in DBOS.list_workflows(name="search")}))
    finally:
        DBOS.destroy()
    sys.stdout.flush()
    os._exit(0)
