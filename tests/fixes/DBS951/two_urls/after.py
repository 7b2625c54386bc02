"""Two databases: nobody knows which one a transaction is for."""

from dbos import DBOS


@DBOS.transaction()
def count() -> int:
    return DBOS.sql_session.scalar("SELECT 1")


def serve() -> None:
    DBOS(config={"name": "shop", "application_database_url": "sqlite:///shop.sqlite"})
    DBOS.launch()


def rehearse() -> None:
    DBOS(config={"name": "shop", "application_database_url": "sqlite:///rehearsal.sqlite"})
    DBOS.launch()
