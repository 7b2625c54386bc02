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
    return [len(handle.workflow_id) for handle in handles]


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
