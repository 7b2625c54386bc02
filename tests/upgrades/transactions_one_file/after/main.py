"""A bank in one file: a workflow, three transactions, and a helper that uses their session."""

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, SQLAlchemyDatasource

DATABASE_URL = "sqlite:///bank.sqlite"

config: DBOSConfig = {
    "name": "bank",
    "system_database_url": DATABASE_URL,  # accounts
    "log_level": "ERROR",
}

ds = SQLAlchemyDatasource.create(DATABASE_URL)


# Money moves in whole cents.
@ds.transaction()
def open_account(owner: str, cents: int) -> None:
    ds.sql_session().execute(
        sa.text("INSERT INTO accounts (owner, cents) VALUES (:owner, :cents)"), {"owner": owner, "cents": cents}
    )


@ds.transaction(isolation_level="SERIALIZABLE")  # nobody may look in between
def move(source: str, target: str, cents: int) -> int:
    change(source, -cents)
    change(target, cents)
    return balance_of(source)


@ds.transaction(name="balance")
def balance(owner: str) -> int:
    return balance_of(owner)


def change(owner: str, cents: int) -> None:
    session = ds.sql_session()
    session.execute(sa.text("UPDATE accounts SET cents = cents + :cents WHERE owner = :owner"), {"owner": owner, "cents": cents})


def balance_of(owner: str) -> int:
    found = ds.sql_session().execute(sa.text("SELECT cents FROM accounts WHERE owner = :owner"), {"owner": owner})
    return int(found.scalar_one())


@DBOS.workflow()
def transfer(source: str, target: str, cents: int) -> str:
    left = move(source, target, cents)
    return f"{source} has {left}, {target} has {balance(target)}"


def main() -> None:
    engine = sa.create_engine(DATABASE_URL)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE accounts (owner TEXT, cents INTEGER)"))
    DBOS(config=config)
    DBOS.launch()
    open_account("ada", 500)
    open_account("bob", 100)
    print(transfer("ada", "bob", 150))
    handle = DBOS.start_workflow(transfer, "bob", "ada", 50)
    print(handle.get_result())
    print(len(DBOS.list_workflow_steps(handle.get_workflow_id())))
    DBOS.destroy()


if __name__ == "__main__":
    main()
