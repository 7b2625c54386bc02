# options: select=DBS902, DBS908
"""A workflow that is started and waited for in one line."""

import asyncio

from dbos import DBOS


@DBOS.workflow()
def press(grapes: int) -> int:
    return grapes // 2


async def harvest(grapes: int) -> str:
    juice = (await asyncio.to_thread((await asyncio.to_thread(DBOS.start_workflow, press, grapes)).get_result)).bit_length()
    return f"pressed {juice}"
