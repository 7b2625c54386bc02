"""A database in a folder of its own, and a session through the instance."""

import os, tempfile
import sqlalchemy as sa
from sqlalchemy.orm import Session
from dbos import DBOS

DB = os.path.join(tempfile.mkdtemp(), "app.sqlite")
dbos = DBOS(config={"name": "app-one", "database_url": "sqlite:///{}".format(DB), "log_level": "ERROR"})


@dbos.transaction()
def create() -> None:
    dbos.sql_session.execute(sa.text("CREATE TABLE t (x INTEGER)"))


@dbos.transaction()
def put(x: int) -> int:
    session: Session = DBOS.sql_session
    session.execute(sa.text("INSERT INTO t VALUES (:x)"), {"x": x})
    return session.execute(sa.text("SELECT sum(x) FROM t")).scalar_one()


@dbos.workflow()
def work(n: int) -> list:
    return [put(x) for x in range(n)]


if __name__ == "__main__":
    dbos.launch()
    create()
    print(work(4))
    dbos.destroy()
