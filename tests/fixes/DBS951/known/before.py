"""The datasource is there already, for some of the transactions."""

from dbos import DBOS, SQLAlchemyDatasource

URL = "sqlite:///notes.sqlite"
notes = SQLAlchemyDatasource.create(URL)


@notes.transaction()
def add(text: str) -> None:
    notes.sql_session().execute(text)


@DBOS.transaction()
def count() -> int:
    return DBOS.sql_session.scalar("SELECT count(*) FROM notes")


@DBOS.workflow()
def keep(text: str) -> int:
    add(text)
    return count()


if __name__ == "__main__":
    DBOS(config={"name": "notes", "application_database_url": URL})
    DBOS.launch()
