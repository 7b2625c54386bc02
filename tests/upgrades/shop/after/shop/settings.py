"""What the shop tells dbos."""

import os

from dbos import DBOSConfig

SYSTEM = os.environ.get("SHOP_SYSTEM", "sqlite:///system.sqlite")

config: DBOSConfig = {
    "name": "shop",
    "system_database_url": SYSTEM or "sqlite:///stock.sqlite",
    "log_level": "ERROR",
    "scheduler_polling_interval_sec": 0.2,
    "application_version": "PATCHING_ENABLED",
}
