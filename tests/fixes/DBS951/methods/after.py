"""Methods, under the decorators of classes and of static methods."""

from dbos import DBOS, DBOSConfig, DBOSConfiguredInstance, SQLAlchemyDatasource

URL = "sqlite:///users.sqlite"


def configuration() -> DBOSConfig:
    return DBOSConfig(name="users", application_database_url=URL)


ds = SQLAlchemyDatasource.create(URL)


@DBOS.dbos_class()
class Users(DBOSConfiguredInstance):
    def __init__(self, table: str) -> None:
        super().__init__(table)
        self.table = table

    @ds.transaction()
    def add(self, name: str) -> str:
        return str(ds.sql_session().execute(name))

    @staticmethod
    @ds.transaction()
    def count() -> int:
        return len([each for each in ds.sql_session().execute("SELECT name FROM users")])

    @classmethod
    # the comment stays
    @ds.transaction(name="users.first")
    def first(cls) -> str:
        return name if (name := ds.sql_session().scalar("SELECT name FROM users LIMIT 1")) else "nobody"
