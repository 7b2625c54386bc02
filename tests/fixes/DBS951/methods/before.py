"""Methods, under the decorators of classes and of static methods."""

from dbos import DBOS, DBOSConfig, DBOSConfiguredInstance

URL = "sqlite:///users.sqlite"


def configuration() -> DBOSConfig:
    return DBOSConfig(name="users", application_database_url=URL)


@DBOS.dbos_class()
class Users(DBOSConfiguredInstance):
    def __init__(self, table: str) -> None:
        super().__init__(table)
        self.table = table

    @DBOS.transaction()
    def add(self, name: str) -> str:
        return str(DBOS.sql_session.execute(name))

    @staticmethod
    @DBOS.transaction()
    def count() -> int:
        return len([each for each in DBOS.sql_session.execute("SELECT name FROM users")])

    @classmethod
    # the comment stays
    @DBOS.transaction(name="users.first")
    def first(cls) -> str:
        return name if (name := DBOS.sql_session.scalar("SELECT name FROM users LIMIT 1")) else "nobody"
