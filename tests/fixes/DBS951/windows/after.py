"""Café: newlines of Windows, and a guard around the launch."""

from dbos import (
    DBOS,  # all of it
    DBOSConfig,
    SQLAlchemyDatasource,
)

HOST = "localhost"

ds = SQLAlchemyDatasource.create(f"postgresql://cook@{HOST}/cafe")


class Kitchen:
    @ds.transaction(isolation_level="REPEATABLE READ")  # café
    def cook(self, dish: str) -> str:
        return f"{dish}: é" + str(ds.sql_session().scalar("SELECT 1"))


if __name__ == "__main__":
    DBOS(config={"name": "cafe", "application_database_url": f"postgresql://cook@{HOST}/cafe"})
    DBOS.launch()
