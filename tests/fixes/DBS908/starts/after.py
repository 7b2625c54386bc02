"""Workflows that are started from a service: asynchronous ones in its event loop, others in a thread."""

import asyncio

from dbos import DBOS, SetWorkflowID


@DBOS.workflow()
async def crawl(url: str) -> int:
    await asyncio.sleep(0)
    return len(url)


@DBOS.workflow()
def index(url: str) -> int:
    return len(url)


async def start(url: str) -> list[int]:
    with SetWorkflowID(url):
        handle = await DBOS.start_workflow_async(crawl, url)
    sizes = [
        await handle.get_result(),
        await (await DBOS.start_workflow_async(crawl, url)).get_result(),
    ]
    other = await asyncio.to_thread(DBOS.start_workflow, index, url)
    some = [(await asyncio.to_thread(DBOS.start_workflow, index, each)).workflow_id for each in url.split()]
    print(other.workflow_id, some)
    return sizes
