"""Other names for dbos, functions that are decorated by a call, and nested ones."""
import os

import dbos
from dbos import DBOS as D

D(config={"name": "desk", "database_url": os.environ.get("DESK_DATABASE_URL")})


def _read(key: str) -> str:
    return ds.sql_session().execute(key).scalar_one()


ds = dbos.SQLAlchemyDatasource.create(os.environ["DESK_DATABASE_URL"])
read = ds.transaction(name="read")(_read)


def writer(table: str):
    @ds.transaction(isolation_level="SERIALIZABLE")
    def write(key: str) -> None:
        for session in [ds.sql_session()]: session.execute(f"{table} {key}")

    return write


count = lambda: ds.sql_session().scalar("SELECT 1")
