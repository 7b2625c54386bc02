"""The URL of the transactions stays until they have a datasource."""

from dbos import DBOS, DBOSConfig

config: DBOSConfig = {"name": "bank", "application_database_url": "sqlite:///bank.sqlite"}


@DBOS.transaction()
def count() -> int:
    return 0


DBOS(config=config)
DBOS.launch()
