from dbos import DBOS
from sqlalchemy import text


def amount_of(item: str) -> int:
    return int(DBOS.sql_session.scalar(text("SELECT amount FROM stock WHERE item = :item"), {"item": item}))
