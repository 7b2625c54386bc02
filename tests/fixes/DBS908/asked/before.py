"""What is asked at once of the handle would wait in the event loop still: DBS902 mends that first."""

from dbos import DBOS


@DBOS.workflow()
def press(grapes: int) -> int:
    return grapes // 2


async def harvest(grapes: int) -> int:
    return DBOS.start_workflow(press, grapes).get_result()
