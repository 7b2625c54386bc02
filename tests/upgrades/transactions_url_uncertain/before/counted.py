"""The URL is another one each time."""

from dbos import DBOS, DBOSConfig
from sqlalchemy import text

used = 0


def database_url() -> str:
    number = following()
    return f"sqlite:///counted_{number}.sqlite"


def following() -> int:
    global used
    used += 1
    return used


config: DBOSConfig = {
    "name": "counted",
    "system_database_url": "sqlite:///counted_sys.sqlite",
    "application_database_url": database_url(),
}
DBOS(config=config)


@DBOS.transaction()
def count() -> int:
    return DBOS.sql_session.execute(text("SELECT 1")).scalar_one()
