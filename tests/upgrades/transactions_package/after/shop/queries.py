"""What more than one transaction asks."""

import os

from dbos import SQLAlchemyDatasource
from sqlalchemy import text

__all__ = ["amount_of", "text"]

ds = SQLAlchemyDatasource.create(os.environ.get("SHOP_DATABASE_URL", "sqlite:///shop.sqlite"))


def amount_of(item: str) -> int:
    return int(ds.sql_session().execute(text("SELECT amount FROM stock WHERE item = :item"), {"item": item}).scalar_one())
