"""Sacks of flour."""

from dbos import DBOS
from sqlalchemy import text


@DBOS.transaction()
def prepare() -> None:
    DBOS.sql_session.execute(text("CREATE TABLE IF NOT EXISTS sacks (weight INTEGER)"))


@DBOS.transaction()
def store(weight: int) -> int:
    DBOS.sql_session.execute(text("INSERT INTO sacks VALUES (:weight)"), {"weight": weight})
    return DBOS.sql_session.execute(text("SELECT sum(weight) FROM sacks")).scalar_one()


@DBOS.workflow()
def grind(sacks: int) -> int:
    for _ in range(sacks):
        total = store(50)
    return total
