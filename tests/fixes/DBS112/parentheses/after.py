# options: fix=safe
"""Decorators of dbos without their parentheses, or with some that do not belong."""

import dbos
from dbos import DBOS, DBOS as D
from dbos import DBOSConfiguredInstance


@DBOS.step()  # without
def fetch(url: str) -> str:
    return url


# above
@dbos.DBOS.workflow()
async def crawl(url: str) -> str:
    return fetch(url)


@(D.workflow())
def twice(url: str) -> str:
    return fetch(url)


@DBOS.dbos_class()
class Spider(DBOSConfiguredInstance):
    @D.step()
    def read(self, url: str) -> str:
        return url


@DBOS.alert_handler  # tells of alarms
def alarm(rule: str, message: str, details: dict[str, str]) -> None:
    print(rule, message)


@DBOS.workflow(name="grüße")
def greet(name: str) -> str:
    return name


@DBOS.step(  # named
    name='fetch',  # so
)
def load(name: str) -> str:
    return name


async def read(url: str) -> str:
    return url


durable = DBOS.step()(read)
