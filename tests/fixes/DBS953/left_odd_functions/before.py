"""Functions that cannot be named in a list of schedules as they are."""

from datetime import datetime
from functools import cache
from typing import Any

from dbos import DBOS, DBOSConfiguredInstance

every = DBOS.scheduled("0 3 * * *")


@every
@DBOS.workflow()
def by_name(planned: datetime, actual: datetime) -> None:
    DBOS.logger.info("%s", planned)


@DBOS.workflow()
def by_call(planned: datetime, actual: datetime) -> None:
    DBOS.logger.info("%s", planned)


@DBOS.scheduled("0 1 * * *")
@DBOS.scheduled("0 2 * * *")
@DBOS.workflow()
def twice(planned: datetime, actual: datetime) -> None:
    DBOS.logger.info("%s", planned)


@cache
@DBOS.scheduled("0 1 * * *")
@DBOS.workflow()
def wrapped(planned: datetime, actual: datetime) -> None:
    DBOS.logger.info("%s", planned)


@DBOS.scheduled("0 1 * * *")
@DBOS.workflow()
def any_number(*times: Any) -> None:
    DBOS.logger.info("%s", times)


@DBOS.dbos_class()
class Robot(DBOSConfiguredInstance):
    @DBOS.scheduled("0 1 * * *")
    @DBOS.workflow()
    def move(self, planned: datetime, actual: datetime) -> None:
        DBOS.logger.info("%s", planned)


def make() -> None:
    @DBOS.scheduled("0 1 * * *")
    @DBOS.workflow()
    def inner(planned: datetime, actual: datetime) -> None:
        DBOS.logger.info("%s", planned)


def main() -> None:
    make()
    DBOS(config={"name": "odd"})
    DBOS.scheduled("0 4 * * *")(by_call)
    DBOS.launch()
