# options: fix=safe
"""SQLite: dbos 2.x kept its tables in the same file."""

import os

from dbos import DBOS, DBOSConfig

NAME = "shop"
FILE = f"sqlite:///{NAME}.sqlite"
plain: DBOSConfig = {"name": "plain", "database_url": "sqlite:///plain.sqlite"}
named: DBOSConfig = {"name": "named", "application_database_url": FILE}
summed = DBOSConfig(name="summed", database_url=FILE + "?mode=rwc")
both = DBOSConfig(
    name="both",
    system_database_url="sqlite:///system.sqlite",
    application_database_url=os.environ["SHOP_DATABASE_URL"],  # of the shop
)
either: DBOSConfig = {
    "name": "either",
    "system_database_url": os.environ.get("SYSTEM_DATABASE_URL"),
    "application_database_url": FILE,
}


def main() -> None:
    DBOS(config=plain)
    DBOS.launch()
