"""Handles that go elsewhere, helpers that run beside others, and places for no await."""

import threading
from typing import Any

from dbos import DBOS, DBOSClient, WorkflowHandle

lock = threading.Lock()


@DBOS.workflow()
async def count(text: str) -> int:
    return len(text)


async def hand_over(text: str) -> WorkflowHandle[int]:
    return DBOS.enqueue_workflow("texts", count, text)


async def collect(texts: list[str]) -> list[int]:
    handles = [DBOS.enqueue_workflow("texts", count, text) for text in texts]
    return list(sum(handle.get_result() for handle in handles) for _ in range(2))


async def gather(texts: list[str]) -> list[Any]:
    handles = [DBOS.enqueue_workflow("texts", count, text) for text in texts]
    print([handle.workflow_id for handle in handles])
    return handles


async def later(texts: list[str]) -> Any:
    handles = [DBOS.enqueue_workflow("texts", count, text) for text in texts]
    for handle in handles:
        print(handle.workflow_id)
    return handle.get_result()


async def branch(text: str) -> int:
    if text:
        handle = DBOS.enqueue_workflow("texts", count, text)
    else:
        handle = DBOS.enqueue_workflow("empty", count, text)
    return len(handle.workflow_id)


async def closed(text: str) -> Any:
    handle = DBOS.enqueue_workflow("texts", count, text)
    return lambda: handle.get_result()


async def locked(client: DBOSClient, text: str) -> None:
    with lock:
        client.send(text, "hurry")
    print(any(client.get_event(each, "done") for each in text.split()))


def helper(text: str) -> str:
    return DBOS.enqueue_workflow("texts", count, text).workflow_id


async def call(text: str) -> str:
    return helper(text)
