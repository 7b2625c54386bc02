"""What the shop tells dbos."""

import os

from dbos import DBOSConfig

SYSTEM = os.environ.get("SHOP_SYSTEM", "sqlite:///system.sqlite")

config: DBOSConfig = {
    "name": "shop",
    "system_database_url": SYSTEM,
    "application_database_url": "sqlite:///stock.sqlite",
    "log_level": "ERROR",
    "scheduler_polling_interval_sec": 0.2,
    "run_admin_server": False,  # it was never used
    "enable_patching": True,
}
