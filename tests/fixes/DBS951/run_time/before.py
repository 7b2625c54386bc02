"""The URL is known when the program runs, not where the transactions are defined."""

import sys

from dbos import DBOS


@DBOS.transaction()
def count() -> int:
    return DBOS.sql_session.scalar("SELECT 1")


def main(path: str) -> None:
    DBOS(config={"name": "shop", "application_database_url": f"sqlite:///{path}"})
    DBOS.launch()


if __name__ == "__main__":
    main(sys.argv[1])
