"""A configuration made of keywords and then, step by step, of keys."""

from dbos import DBOS, DBOSConfig, SQLAlchemyDatasource
from sqlalchemy import text

config: DBOSConfig = dict(name="cellar", log_level="ERROR")
config["system_database_url"] = "sqlite:///cellar_sys.sqlite"
config["executor_id"] = "cellar-1"

ds = SQLAlchemyDatasource.create("sqlite:///cellar.sqlite")


@ds.transaction()
def prepare() -> None:
    ds.sql_session().execute(text("CREATE TABLE IF NOT EXISTS bottles (year INTEGER)"))


@ds.transaction()
def lay_down(year: int) -> int:
    ds.sql_session().execute(text("INSERT INTO bottles VALUES (:year)"), {"year": year})
    return ds.sql_session().execute(text("SELECT count(*) FROM bottles")).scalar_one()


@DBOS.workflow()
def fill(year: int) -> int:
    return lay_down(year) + lay_down(year + 1)


if __name__ == "__main__":
    DBOS(config=config)
    DBOS.launch()
    prepare()
    print(fill(1990), fill(2001))
    DBOS.destroy()
