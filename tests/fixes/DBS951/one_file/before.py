# options: fix=unsafe
"""Every spelling of a transaction, and a helper that uses the session."""

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig

config: DBOSConfig = {"name": "bank", "application_database_url": "sqlite:///bank.sqlite"}
ADD = sa.text("UPDATE accounts SET cents = cents + :cents WHERE owner = :owner")


@DBOS.transaction()  # durable
def deposit(owner: str, cents: int) -> None:
    DBOS.sql_session.execute(ADD, {"owner": owner, "cents": cents})


@DBOS.transaction(
    "READ COMMITTED",  # nobody reads twice
    name="withdraw",
)
def withdraw(owner: str, cents: int) -> None:
    session = DBOS.sql_session; session.execute(ADD, {"owner": owner, "cents": -cents})


@DBOS.transaction(isolation_level="SERIALIZABLE")
def audit(owner: str) -> int:
    return balance(owner)


def balance(owner: str) -> int:
    return int((DBOS
        .sql_session).execute(sa.text("SELECT cents FROM accounts WHERE owner = :owner"), {"owner": owner}).scalar_one())


@DBOS.workflow()
def transfer(source: str, target: str, cents: int) -> int:
    withdraw(source, cents)
    deposit(target, cents)
    return audit(target)


DBOS(config=config)
DBOS.launch()
