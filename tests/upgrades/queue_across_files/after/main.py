"""Handles a few orders, and tells what ran where."""

import os
import sys

from dbos import DBOS, DBOSConfig

from shop.orders import handle
from shop.queues import MOST, PACKING, SHIPPING

config: DBOSConfig = {
    "name": "shop",
    "system_database_url": "sqlite:///shop.sqlite",
    "log_level": "ERROR",
}


if __name__ == "__main__":
    DBOS(config=config)
    DBOS.launch()
    DBOS.register_queue(PACKING, global_concurrency=MOST)
    # the carrier allows no more
    DBOS.register_queue(
        SHIPPING,
        limiter={"limit": 50, "period": 1.0},
        polling_interval_sec=0.5,
    )
    DBOS.register_queue("mails", worker_concurrency=2)
    for order in ["tea", "rice"]:
        print(*handle(order), sep=", ")
    for name in (PACKING, SHIPPING, "mails"):
        print(name, len(DBOS.list_workflows(queue_name=name)))
    DBOS.destroy()
    sys.stdout.flush()
    os._exit(0)
