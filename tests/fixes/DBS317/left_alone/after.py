"""To roll back is not what dbos would do, and a helper may commit for others, too."""

from dbos import SQLAlchemyDatasource
from sqlalchemy import text
from sqlalchemy.orm import Session

shop = SQLAlchemyDatasource.create("sqlite:///shop.sqlite")


def save(session: Session) -> None:
    session.commit()


@shop.transaction()
def sell(sku: str) -> str:
    session = shop.sql_session()
    session.execute(text("insert into sales values (:sku)"), {"sku": sku})
    save(session)
    return sku


@shop.transaction()
def take_back(sku: str) -> str:
    session = shop.sql_session()
    session.execute(text("delete from sales where sku = :sku"), {"sku": sku})
    session.rollback()
    return sku


@shop.transaction()
def try_it(sku: str) -> None:
    session = shop.sql_session()
    try:
        session.execute(text("insert into sales values (:sku)"), {"sku": sku})
    except ValueError:
        session.commit()
        raise
