"""Transactions that are methods, and an asynchronous workflow that runs them in threads."""

import asyncio
import os

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, DBOSConfiguredInstance

URL = os.getenv("TEAM_DATABASE") or "sqlite:///team.sqlite"


@DBOS.dbos_class()
class Table(DBOSConfiguredInstance):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(config_name=name)

    @DBOS.transaction(isolation_level="SERIALIZABLE", name="table.add")
    def add(self, person: str) -> int:
        DBOS.sql_session.execute(sa.text(f"INSERT INTO {self.name} VALUES (:person)"), {"person": person})
        return Table.count(self.name)

    @staticmethod
    @DBOS.transaction()
    def names(table: str) -> list:
        return list(DBOS.sql_session.execute(sa.text(f"SELECT person FROM {table} ORDER BY person")).scalars())

    @staticmethod
    def count(table: str) -> int:
        return int(DBOS.sql_session.scalar(sa.text(f"SELECT count(*) FROM {table}")))

    @DBOS.workflow()
    def join(self, person: str) -> str:
        return f"{person} is number {self.add(person)}"


team = Table("team")


@DBOS.workflow()
async def welcome(person: str) -> list:
    await asyncio.to_thread(team.add, person)
    return await asyncio.to_thread(Table.names, "team")


def configuration() -> DBOSConfig:
    made = DBOSConfig(name="team-list", application_database_url=URL, log_level="ERROR")
    made["admin_port"] = 3001
    return made


async def main() -> None:
    print(await welcome("Zoe"))


if __name__ == "__main__":
    with sa.create_engine(URL).begin() as connection:
        connection.execute(sa.text("CREATE TABLE team (person TEXT)"))
    DBOS(config=configuration())
    DBOS.launch()
    print(team.join("Ada"))
    print(team.join("Bob"))
    asyncio.run(main())
    DBOS.destroy()
