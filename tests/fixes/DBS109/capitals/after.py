# options: fix=safe
"""Levels in small letters; not where they are constants, or part of a sum."""

import os

from dbos import DBOS, DBOSConfig

LEVEL = "info"

config: DBOSConfig = {
    "name": "größe",
    "log_level": "INFO",  # info is enough
    "console_log_level": 'DEBUG', "executor_id": "info",
}


def main() -> None:
    DBOS(config=DBOSConfig(name="orders", log_level="WARNING"))
    DBOS(config={"name": "orders", "log_level": LEVEL})
    DBOS(config={"name": "orders", "log_level": "in" "fo"})
    DBOS(config={"name": "orders", "log_level": "loud"})
    DBOS(config={"name": "orders", "log_level": "debug" if os.environ else "INFO"})
