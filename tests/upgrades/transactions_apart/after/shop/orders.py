from sqlalchemy import text

from . import ledger
from .datasource import ds
from .ledger import note


@ds.transaction()
def take(item: str) -> int:
    ds.sql_session().execute(text("UPDATE stock SET amount = amount - 1 WHERE item = :item"), {"item": item})
    return ledger.left(item)


__all__ = ["note", "take"]
