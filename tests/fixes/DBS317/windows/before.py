# options: fix=safe
from dbos import SQLAlchemyDatasource
from sqlalchemy import text

laden = SQLAlchemyDatasource.create("sqlite:///laden.sqlite")


@laden.transaction()
def verkaufe(größe: str) -> str:
    with laden.sql_session().begin_nested():
        pass
    laden.sql_session().execute(text("insert into sales values (:sku)"), {"sku": größe})
    laden.sql_session().commit()
    return größe
