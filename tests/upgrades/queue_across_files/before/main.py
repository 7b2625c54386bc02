"""Handles a few orders, and tells what ran where."""

import os
import sys

from dbos import DBOS, DBOSConfig

from shop.orders import handle
from shop.queues import mails, packing, shipping

config: DBOSConfig = {
    "name": "shop",
    "system_database_url": "sqlite:///shop.sqlite",
    "log_level": "ERROR",
}


if __name__ == "__main__":
    DBOS(config=config)
    DBOS.launch()
    for order in ["tea", "rice"]:
        print(*handle(order), sep=", ")
    for name in (packing.name, shipping.name, mails.name):
        print(name, len(DBOS.list_workflows(queue_name=name)))
    DBOS.destroy()
    sys.stdout.flush()
    os._exit(0)
