"""What runs by the clock."""

from datetime import datetime

from dbos import DBOS


@DBOS.scheduled("0 0 * * *")
@DBOS.workflow()
def clean(planned: datetime, actual: datetime) -> None:
    DBOS.logger.info("clean since %s", planned)
