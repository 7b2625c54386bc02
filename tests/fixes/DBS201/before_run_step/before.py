# options: dbos-version=2.8
"""A release that has no DBOS.run_step yet."""

import time

from dbos import DBOS


@DBOS.step()
def store(at: float) -> None:
    print(at)


@DBOS.workflow()
def sell() -> None:
    store(time.time())
