from datetime import datetime as When
from typing import Any, NamedTuple

from dbos import DBOS as D
from dbos import DBOSConfig

config: DBOSConfig = {"name": "cleaning"}


class Room(NamedTuple):
    name: str


@D.dbos_class()
class Cleaner:
    @staticmethod
    @D.scheduled(cron="30 2 * * *")
    @D.workflow(name="clean")
    async def clean(planned: When, actual: When) -> None:
        D.logger.info("cleaning, %s", planned)

    @staticmethod
    @D.scheduled("45 2 * * *")
    @D.workflow()
    def rest(_planned: When, _actual: When) -> None: D.logger.info("resting")


def run() -> list[Any]:
    D(config=config)
    D.launch()
    D.register_queue("rooms")
    return [Room("kitchen")]
