"""The URL may be missing: dbos 2.x then took the one of the system database."""

import os

from dbos import DBOS, DBOSConfig
from sqlalchemy import text


def database_url() -> str | None:
    return os.getenv("DATABASE")


config: DBOSConfig = {
    "name": "optional",
    "system_database_url": "sqlite:///optional_sys.sqlite",
    "application_database_url": database_url(),
}
DBOS(config=config)


@DBOS.transaction()
def count() -> int:
    return DBOS.sql_session.execute(text("SELECT 1")).scalar_one()
