from dbos import DBOS, SQLAlchemyDatasource
from desk.settings import settings as mine


ds = SQLAlchemyDatasource.create(mine.url)


@ds.transaction()
def add(text: str) -> None:
    ds.sql_session().execute(text)
