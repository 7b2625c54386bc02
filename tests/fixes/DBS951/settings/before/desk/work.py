from dbos import DBOS


@DBOS.transaction()
def add(text: str) -> None:
    DBOS.sql_session.execute(text)
