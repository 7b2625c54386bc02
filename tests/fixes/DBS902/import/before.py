"""The thread needs an import."""

from dbos import DBOS


@DBOS.workflow()
def report(day: str) -> str:
    return day


async def show(days: list[str]) -> None:
    for day in days:
        print(report(*[day]), sep="")
