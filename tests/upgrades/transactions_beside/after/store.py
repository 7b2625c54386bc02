"""The plants."""

from dbos import SQLAlchemyDatasource
from sqlalchemy import text

ds = SQLAlchemyDatasource.create("sqlite:///garden.sqlite")


@ds.transaction()
def create() -> None:
    ds.sql_session().execute(text("CREATE TABLE plants (name TEXT)"))


@ds.transaction()
def add(name: str) -> None:
    ds.sql_session().execute(text("INSERT INTO plants VALUES (:name)"), {"name": name})


def session():
    return ds.sql_session()
