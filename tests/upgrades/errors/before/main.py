"""A shop whose answers tell what went wrong."""

import os
import sys

import plugins

from dbos import DBOS, DBOSConfig, error

config: DBOSConfig = {"name": "shop", "system_database_url": "sqlite:///shop.sqlite", "log_level": "ERROR"}
DBOS(config=config)


@DBOS.required_roles(["admin"])
@DBOS.workflow()
def refund(order: str) -> str:
    return f"{order} refunded"


def answer(order: str) -> str:
    try:
        return refund(order)
    except error.DBOSNotAuthorizedError as problem:
        return f"{getattr(problem, 'status_code', 403)}: not for you"


if __name__ == "__main__":
    DBOS.launch()
    print(answer("tea"))
    print(plugins.load_all())
    DBOS.destroy()
    sys.stdout.flush()
    os._exit(0)
