import dbos

from .queries import text


@dbos.DBOS.transaction()
def note(line: str) -> int:
    session = dbos.DBOS.sql_session
    session.execute(text("INSERT INTO ledger VALUES (:line)"), {"line": line})
    return int(session.execute(text("SELECT count(*) FROM ledger")).scalar_one())
