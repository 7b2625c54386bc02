"""Sacks of flour."""

from dbos import DBOS, SQLAlchemyDatasource
from mill.settings import database_url
from sqlalchemy import text


ds = SQLAlchemyDatasource.create(database_url("mill"))


@ds.transaction()
def prepare() -> None:
    ds.sql_session().execute(text("CREATE TABLE IF NOT EXISTS sacks (weight INTEGER)"))


@ds.transaction()
def store(weight: int) -> int:
    ds.sql_session().execute(text("INSERT INTO sacks VALUES (:weight)"), {"weight": weight})
    return ds.sql_session().execute(text("SELECT sum(weight) FROM sacks")).scalar_one()


@DBOS.workflow()
def grind(sacks: int) -> int:
    for _ in range(sacks):
        total = store(50)
    return total
