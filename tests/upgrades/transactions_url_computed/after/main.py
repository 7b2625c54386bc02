"""A program whose settings are functions."""

from dbos import DBOS, DBOSConfig

from mill.sacks import grind, prepare
from mill.settings import database_url, system_url


def main() -> None:
    config = DBOSConfig(
        name="mill",
        system_database_url=system_url(),
        log_level="ERROR",
    )
    DBOS(config=config)
    DBOS.launch()
    prepare()
    print(grind(2), grind(3))
    DBOS.destroy()


if __name__ == "__main__":
    main()
