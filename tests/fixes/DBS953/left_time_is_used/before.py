"""Both times are read."""

from datetime import datetime

from dbos import DBOS


@DBOS.scheduled("* * * * *")
@DBOS.workflow()
def lag(planned: datetime, actual: datetime) -> float:
    def seconds() -> float:
        return (actual - planned).total_seconds()

    return seconds()


if __name__ == "__main__":
    DBOS(config={"name": "lag"})
    DBOS.launch()
