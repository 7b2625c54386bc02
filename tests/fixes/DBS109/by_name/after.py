# options: fix=safe
"""A configuration that is given by position."""

import dbos
from dbos import DBOS as D
from dbos import DBOSConfig

config: DBOSConfig = {"name": "kiosk-app"}


def first() -> None:
    D(config=config)


def second() -> None:
    dbos.DBOS(  # configures
        config=config,  # the only one
    )


def third() -> None:
    D(
        config={
            "name": "kiosk-app",
        }
    )


def fourth() -> None:
    D(config=(config))
