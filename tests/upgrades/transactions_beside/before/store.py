"""The plants."""

from dbos import DBOS
from sqlalchemy import text


@DBOS.transaction()
def create() -> None:
    DBOS.sql_session.execute(text("CREATE TABLE plants (name TEXT)"))


@DBOS.transaction()
def add(name: str) -> None:
    DBOS.sql_session.execute(text("INSERT INTO plants VALUES (:name)"), {"name": name})


def session():
    return DBOS.sql_session
