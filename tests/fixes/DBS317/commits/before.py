# options: fix=safe
"""Transactions that commit by themselves."""

from dbos import AsyncSQLAlchemyDatasource, SQLAlchemyDatasource
from sqlalchemy import text

shop = SQLAlchemyDatasource.create("sqlite:///shop.sqlite")
other = AsyncSQLAlchemyDatasource.create("sqlite+aiosqlite:///other.sqlite")


@shop.transaction()
def sell(sku: str) -> str:
    session = shop.sql_session()
    session.execute(text("insert into sales values (:sku)"), {"sku": sku})
    # and now for good
    session.commit()  # größer
    return sku


@shop.transaction()
def sell_all(skus: list[str]) -> None:
    session = shop.sql_session()
    for sku in skus:
        session.execute(text("insert into sales values (:sku)"), {"sku": sku}); session.commit()
    if skus:
        session.commit()


@other.transaction()
async def note(sku: str) -> int:
    session = other.sql_session()
    await session.execute(text("insert into notes values (:sku)"), {"sku": sku})
    await session.commit()
    return await session.scalar(text("select max(id) from notes"))
