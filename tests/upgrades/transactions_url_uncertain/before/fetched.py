"""Somebody else tells the URL."""

import subprocess

from dbos import DBOS, DBOSConfig
from sqlalchemy import text


def database_url() -> str:
    found = subprocess.check_output(["vault", "read", "database"], text=True)
    return f"sqlite:///{found}"


config: DBOSConfig = {
    "name": "fetched",
    "system_database_url": "sqlite:///fetched_sys.sqlite",
    "application_database_url": database_url(),
}
DBOS(config=config)


@DBOS.transaction()
def count() -> int:
    return DBOS.sql_session.execute(text("SELECT 1")).scalar_one()
