"""A worker whose queues and schedules nobody can rewrite without knowing what is meant."""

from datetime import datetime

from dbos import DBOS, DBOSConfig, Queue

from lines import lines, start

config: DBOSConfig = {"name": "worker", "system_database_url": "sqlite:///listener.sqlite"}
exports = Queue("exports", partition_queue=True)
imports = Queue("imports", concurrency=2)


@DBOS.workflow()
def work(number: int) -> int:
    return number


@DBOS.scheduled("* * * * *")
@DBOS.workflow()
def lag(planned: datetime, actual: datetime) -> None:
    DBOS.logger.info("%s late", actual - planned)


@DBOS.scheduled("0 3 * * *")
@DBOS.workflow()
def nightly(planned: datetime, _actual: datetime) -> None:
    imports.enqueue(work, planned.day)


if __name__ == "__main__":
    DBOS(config=config)
    DBOS.launch()
    for line in lines.values():
        start(line, 1)
    exports.enqueue(work, 2)
    DBOS.destroy()
