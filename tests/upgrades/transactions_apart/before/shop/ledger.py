from dbos import DBOS
from sqlalchemy import text

from shop.queries import amount_of


@DBOS.transaction()
def note(item: str) -> None:
    DBOS.sql_session.execute(text("INSERT INTO lines VALUES (:line)"), {"line": f"{left(item)} {item}"})


def left(item: str) -> int:
    return amount_of(item)
