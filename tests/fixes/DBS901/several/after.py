# options: fix=safe
"""Several handles at once."""

from dbos import DBOS


async def go_on(ids: list[str]) -> None:
    for handle in await DBOS.resume_workflows_async(ids):  # all of them
        print(await handle.get_result(), handle.workflow_id)


async def results(ids: list[str]) -> list[object]:
    handles = await DBOS.resume_workflows_async(ids)
    states = [await each.get_status() for each in handles]
    return [states, [await each.get_result() for each in handles]]


async def first(ids: list[str]) -> object:
    handles = DBOS.resume_workflows(ids)
    return handles[0].get_result()


async def kept(ids: list[str]) -> object:
    handles = DBOS.resume_workflows(ids)
    return handles


async def peek() -> None:
    (await DBOS.list_workflows_async())[0].workflow_id
