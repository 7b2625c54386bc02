from shop.datasource import ds
from sqlalchemy import text


def amount_of(item: str) -> int:
    return int(ds.sql_session().scalar(text("SELECT amount FROM stock WHERE item = :item"), {"item": item}))
