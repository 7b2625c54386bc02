"""What more than one transaction asks."""

from dbos import DBOS
from sqlalchemy import text

__all__ = ["amount_of", "text"]


def amount_of(item: str) -> int:
    return int(DBOS.sql_session.execute(text("SELECT amount FROM stock WHERE item = :item"), {"item": item}).scalar_one())
