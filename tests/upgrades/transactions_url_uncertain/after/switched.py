"""What the URL is made of changes."""

from dbos import DBOS, DBOSConfig
from sqlalchemy import text

stage = "test"


def switch(name: str) -> None:
    global stage
    stage = name


def database_url() -> str:
    return f"sqlite:///{stage}.sqlite"


switch("prod")


config: DBOSConfig = {
    "name": "switched",
    "system_database_url": "sqlite:///switched_sys.sqlite",
    "application_database_url": database_url(),
}
DBOS(config=config)


@DBOS.transaction()
def count() -> int:
    return DBOS.sql_session.execute(text("SELECT 1")).scalar_one()
