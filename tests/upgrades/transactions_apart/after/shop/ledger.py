from sqlalchemy import text

from shop.datasource import ds
from shop.queries import amount_of


@ds.transaction()
def note(item: str) -> None:
    ds.sql_session().execute(text("INSERT INTO lines VALUES (:line)"), {"line": f"{left(item)} {item}"})


def left(item: str) -> int:
    return amount_of(item)
