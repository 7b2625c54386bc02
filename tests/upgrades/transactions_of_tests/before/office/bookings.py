"""Bookings. Where their database is, a module tells that is not here; only the tests write it down."""

from dbos import DBOS
from sqlalchemy import text


@DBOS.transaction()
def book(room: str) -> None:
    DBOS.sql_session.execute(text("INSERT INTO bookings VALUES (:room)"), {"room": room})


@DBOS.workflow()
def reserve(room: str) -> str:
    book(room)
    return room
