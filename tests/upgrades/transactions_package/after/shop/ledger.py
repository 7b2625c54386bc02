from .queries import ds, text


@ds.transaction()
def note(line: str) -> int:
    session = ds.sql_session()
    session.execute(text("INSERT INTO ledger VALUES (:line)"), {"line": line})
    return int(session.execute(text("SELECT count(*) FROM ledger")).scalar_one())
