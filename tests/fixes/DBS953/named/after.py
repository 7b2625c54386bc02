"""A test gives both times by name, so that the parameters keep theirs."""

from datetime import datetime

from dbos import DBOS


@DBOS.workflow()
def report(planned: datetime, actual: datetime) -> None:
    DBOS.logger.info("report of %s", planned)


def try_it() -> None:
    DBOS(config={"name": "reports"})
    DBOS.launch()
    DBOS.apply_schedules(
        [
            {"schedule_name": "report", "workflow_fn": report, "schedule": "0 6 * * *"},
        ]
    )
    report(planned=datetime(2026, 1, 1), actual=datetime(2026, 1, 1))
    DBOS.destroy()
