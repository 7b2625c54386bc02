"""What is asked of the plants."""

from dbos import DBOS
from sqlalchemy import text

from store import session


@DBOS.transaction("READ COMMITTED" if False else "SERIALIZABLE")
def summary() -> str:
    names = session().execute(text("SELECT name FROM plants ORDER BY name")).scalars()
    total = DBOS.sql_session.execute(text("SELECT count(*) FROM plants")).scalar_one()
    return f"{total}: {', '.join(names)}"
