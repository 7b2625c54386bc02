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
        handle = DBOS.start_workflow(crawl, url)
    sizes = [
        handle.get_result(),
        DBOS.start_workflow(crawl, url).get_result(),
    ]
    other = DBOS.start_workflow(index, url)
    some = [DBOS.start_workflow(index, each).workflow_id for each in url.split()]
    print(other.workflow_id, some)
    return sizes
