"""A worker whose queues and schedules nobody can rewrite without knowing what is meant."""

from datetime import datetime

from dbos import DBOS, DBOSConfig, Queue

from lines import lines, start

config: DBOSConfig = {"name": "worker", "system_database_url": "sqlite:///listener.sqlite"}
exports = Queue("exports", partition_queue=True)


@DBOS.workflow()
def work(number: int) -> int:
    return number


@DBOS.scheduled("* * * * *")
@DBOS.workflow()
def lag(planned: datetime, actual: datetime) -> None:
    DBOS.logger.info("%s late", actual - planned)


@DBOS.workflow()
def nightly(planned: datetime, _actual: datetime) -> None:
    DBOS.enqueue_workflow("imports", work, planned.day)


if __name__ == "__main__":
    DBOS(config=config)
    DBOS.launch()
    DBOS.register_queue("imports", global_concurrency=2)
    DBOS.apply_schedules(
        [
            {"schedule_name": "nightly", "workflow_fn": nightly, "schedule": "0 3 * * *"},
        ]
    )
    for line in lines.values():
        start(line, 1)
    exports.enqueue(work, 2)
    DBOS.destroy()
