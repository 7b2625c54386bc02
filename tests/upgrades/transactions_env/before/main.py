"""URLs from the environment, and a launch above the transactions."""

import os
from dbos import DBOS, DBOSConfig
from sqlalchemy import text

config: DBOSConfig = {
    "name": "app-two",
    "system_database_url": os.environ.get("DBOS_SYSTEM_DATABASE_URL"),
    "application_database_url": os.environ.get("APP_DATABASE_URL", "sqlite:///app.sqlite"),
    "log_level": "ERROR",
}
DBOS(config=config)
DBOS.launch()


@DBOS.transaction()
def one() -> int:
    return DBOS.sql_session.execute(text("SELECT 1")).scalar_one()


@DBOS.workflow()
def work() -> int:
    return one() + 1


print(work())
DBOS.destroy()
