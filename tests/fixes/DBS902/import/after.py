"""The thread needs an import."""

from asyncio import to_thread

from dbos import DBOS


@DBOS.workflow()
def report(day: str) -> str:
    return day


async def show(days: list[str]) -> None:
    for day in days:
        print(await to_thread(report, *[day]), sep="")
