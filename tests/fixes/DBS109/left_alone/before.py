"""More than one thing is given, or nobody knows how many; and values that a person must choose."""

from dbos import DBOS, DBOSConfig

config: DBOSConfig = {"name": "kiosk-app", "log_level": "LOUD"}
parts = [config]


def first() -> None:
    DBOS(*parts)


def second() -> None:
    DBOS(config, config)
