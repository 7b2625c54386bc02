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
    @D.workflow(name="clean")
    async def clean(planned: When, context: Any) -> None:
        D.logger.info("cleaning, %s", planned)

    @staticmethod
    @D.workflow()
    def rest(_planned: When, _actual: When) -> None: D.logger.info("resting")


def run() -> list[Any]:
    D(config=config)
    D.launch()
    D.register_queue("rooms")
    D.apply_schedules(
        [
            {"schedule_name": "clean", "workflow_fn": Cleaner.clean, "schedule": "30 2 * * *"},
            {"schedule_name": "Cleaner.rest", "workflow_fn": Cleaner.rest, "schedule": "45 2 * * *"},
        ]
    )
    return [Room("kitchen")]
