"""Other names for dbos, functions that are decorated by a call, and nested ones."""
import os

import dbos
from dbos import DBOS as D

D(config={"name": "desk", "database_url": os.environ.get("DESK_DATABASE_URL")})


def _read(key: str) -> str:
    return dbos.DBOS.sql_session.execute(key).scalar_one()


read = D.transaction(name="read")(_read)


def writer(table: str):
    @D.transaction("SERIALIZABLE")
    def write(key: str) -> None:
        for session in [D.sql_session]: session.execute(f"{table} {key}")

    return write


count = lambda: D.sql_session.scalar("SELECT 1")
