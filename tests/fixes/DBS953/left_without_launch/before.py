"""Nobody sees who starts the engine."""

from datetime import datetime

from dbos import DBOS


@DBOS.scheduled("* * * * *")
@DBOS.workflow()
def tick(planned: datetime, actual: datetime) -> None:
    DBOS.logger.info("tick %s", planned)
