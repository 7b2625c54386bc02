# options: fix=safe
"""Several handles at once."""

from dbos import DBOS


async def go_on(ids: list[str]) -> None:
    for handle in DBOS.resume_workflows(ids):  # all of them
        print(handle.get_result(), handle.workflow_id)


async def results(ids: list[str]) -> list[object]:
    handles = DBOS.resume_workflows(ids)
    states = [each.get_status() for each in handles]
    return [states, [each.get_result() for each in handles]]


async def first(ids: list[str]) -> object:
    handles = DBOS.resume_workflows(ids)
    return handles[0].get_result()


async def kept(ids: list[str]) -> object:
    handles = DBOS.resume_workflows(ids)
    return handles


async def peek() -> None:
    DBOS.list_workflows()[0].workflow_id
