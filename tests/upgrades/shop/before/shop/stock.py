"""What the shop has, in the database of the application."""

from sqlalchemy import create_engine, select

from dbos import DBOS

from .rows import metadata, stock


@DBOS.step()
def make_table() -> None:
    metadata.create_all(create_engine("sqlite:///stock.sqlite"))


def number_of(item: str) -> int:
    """How many there are, asked for in a transaction."""
    return DBOS.sql_session.execute(select(stock.c.number).where(stock.c.item == item)).scalar() or 0


@DBOS.transaction()
def put(item: str, number: int) -> int:
    """Put some there."""
    had = number_of(item)
    if had:
        DBOS.sql_session.execute(stock.update().where(stock.c.item == item).values(number=had + number))
    else:
        DBOS.sql_session.execute(stock.insert().values(item=item, number=number))
    return had + number


@DBOS.transaction("SERIALIZABLE", name="stock.take")
def take(item: str) -> bool:
    had = number_of(item)
    if had:
        session = DBOS.sql_session
        session.execute(stock.update().where(stock.c.item == item).values(number=had - 1))
    return had > 0


@DBOS.transaction()  # nothing is written
def all_of_it() -> dict[str, int]:
    return {row.item: row.number for row in DBOS.sql_session.execute(select(stock).order_by(stock.c.item))}


@DBOS.workflow()
def stock_up(items: dict[str, int]) -> list[int]:
    make_table()
    return [put(item, number) for item, number in items.items()]


@DBOS.workflow()
def left() -> dict[str, int]:
    return all_of_it()
