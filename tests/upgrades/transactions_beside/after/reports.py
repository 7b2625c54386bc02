"""What is asked of the plants."""

from sqlalchemy import text

from store import ds, session


@ds.transaction(isolation_level="READ COMMITTED" if False else "SERIALIZABLE")
def summary() -> str:
    names = session().execute(text("SELECT name FROM plants ORDER BY name")).scalars()
    total = ds.sql_session().execute(text("SELECT count(*) FROM plants")).scalar_one()
    return f"{total}: {', '.join(names)}"
