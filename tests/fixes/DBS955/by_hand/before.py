"""What only a person can tell."""

import os

from dbos import DBOS, DBOSConfig

SERVER = "postgresql://ada@localhost"
shop: DBOSConfig = {"name": "shop", "database_url": os.environ["SHOP_DATABASE_URL"]}
wiki = DBOSConfig(name="wiki", application_database_url=f"{SERVER}/wiki")
mail: DBOSConfig = {"name": "mail", "sys_db_name": "mail_sys", "app_db_pool_size": 5}
two: DBOSConfig = {"name": "two", "database_url": "sqlite:///a.sqlite", "application_database_url": "sqlite:///b.sqlite"}


def telemetry(off: bool, more: dict[str, str]) -> None:
    DBOS(config={"name": "shop", "disable_otlp": off})
    DBOS(config={"name": "shop", "database_url": "sqlite:///shop.sqlite", **more})
