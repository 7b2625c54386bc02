from __future__ import annotations

from dbos import DBOS

from .queries import amount_of, text


@DBOS.transaction(isolation_level="SERIALIZABLE")
def take(item: str, amount: int) -> int | None:
    there = amount_of(item)
    if there < amount:
        return None
    DBOS.sql_session.execute(text("UPDATE stock SET amount = :left WHERE item = :item"), {"left": there - amount, "item": item})
    return there - amount
