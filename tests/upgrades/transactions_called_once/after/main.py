"""A transaction that is called for an ID runs once: dbos 2.x made a workflow of the call."""

from dbos import DBOS, DBOSConfig, SQLAlchemyDatasource, SetWorkflowID
from sqlalchemy import text

config: DBOSConfig = {
    "name": "turnstile",
    "system_database_url": "sqlite:///turnstile_sys.sqlite",
    "application_database_url": "sqlite:///turnstile.sqlite",
    "log_level": "ERROR",
}
DBOS(config=config)

ds = SQLAlchemyDatasource.create("sqlite:///turnstile.sqlite")


@ds.transaction()
def prepare() -> None:
    ds.sql_session().execute(text("CREATE TABLE IF NOT EXISTS visits (ticket TEXT)"))


@DBOS.transaction()
def enter(ticket: str) -> int:
    ds.sql_session().execute(text("INSERT INTO visits VALUES (:ticket)"), {"ticket": ticket})
    return ds.sql_session().execute(text("SELECT count(*) FROM visits")).scalar_one()


if __name__ == "__main__":
    DBOS.launch()
    prepare()
    for _ in range(2):
        with SetWorkflowID("ticket-1"):
            print(enter("ticket-1"))
    DBOS.destroy()
