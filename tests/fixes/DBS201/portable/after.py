"""Data that other languages read: times come back from there as strings, numbers as they were."""

import time
from datetime import datetime

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer

config: DBOSConfig = {"name": "shop", "serializer": DBOSPortableJSONSerializer()}


@DBOS.step()
def store(*values: object) -> None:
    print(*values)


@DBOS.workflow()
def sell() -> None:
    store(datetime.now(), DBOS.run_step({"name": "time"}, time.time))
