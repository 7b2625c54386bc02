"""Transactions that are more than a datasource makes of them."""

from dbos import DBOS, DBOSConfig

config: DBOSConfig = {"name": "bank", "application_database_url": "sqlite:///bank.sqlite"}
transactional = DBOS.transaction
OPTIONS = {"isolation_level": "SERIALIZABLE"}


@transactional("SERIALIZABLE")
def first() -> None: ...


@DBOS.transaction(**OPTIONS)
def second() -> None: ...


@DBOS.transaction()
async def third() -> None: ...


@DBOS.required_roles(["admin"])
@DBOS.transaction()
def fourth() -> None: ...


@DBOS.transaction()
def fifth() -> None: ...


def start() -> None:
    DBOS(config=config)
    DBOS.launch()
    DBOS.start_workflow(fifth)
