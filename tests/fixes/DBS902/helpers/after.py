"""The work beside the workflow."""

import asyncio

from dbos import DBOS


@DBOS.step()
def load(page: int) -> str:
    return str(page)


async def _pair(page: int) -> str:
    await asyncio.sleep(0)
    return await asyncio.to_thread(load, page) + await asyncio.to_thread(load, page + 1)  # two


@DBOS.workflow()
async def book(pages: int) -> str:
    total = 0
    for page in range(pages):
        total += len(await asyncio.to_thread(load, page))
    return f"{total}: {await _pair(pages)}"
