from dbos import DBOS
from sqlalchemy import text

from . import ledger
from .ledger import note


@DBOS.transaction()
def take(item: str) -> int:
    DBOS.sql_session.execute(text("UPDATE stock SET amount = amount - 1 WHERE item = :item"), {"item": item})
    return ledger.left(item)


__all__ = ["note", "take"]
