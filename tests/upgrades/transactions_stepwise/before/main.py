"""A configuration made of keywords and then, step by step, of keys."""

from dbos import DBOS, DBOSConfig
from sqlalchemy import text

config: DBOSConfig = dict(name="cellar", log_level="ERROR")
config["system_database_url"] = "sqlite:///cellar_sys.sqlite"
config["application_database_url"] = "sqlite:///cellar.sqlite"
config["executor_id"] = "cellar-1"


@DBOS.transaction()
def prepare() -> None:
    DBOS.sql_session.execute(text("CREATE TABLE IF NOT EXISTS bottles (year INTEGER)"))


@DBOS.transaction()
def lay_down(year: int) -> int:
    DBOS.sql_session.execute(text("INSERT INTO bottles VALUES (:year)"), {"year": year})
    return DBOS.sql_session.execute(text("SELECT count(*) FROM bottles")).scalar_one()


@DBOS.workflow()
def fill(year: int) -> int:
    return lay_down(year) + lay_down(year + 1)


if __name__ == "__main__":
    DBOS(config=config)
    DBOS.launch()
    prepare()
    print(fill(1990), fill(2001))
    DBOS.destroy()
