"""The queue's name first, then the workflow."""

import dbos
from dbos import DBOS as D
from dbos import Queue

TEXTS = "texts"


@D.workflow()
def translate(text: str, language: str) -> str:
    return f"{language}: {text}"


def register() -> Queue:
    D.register_queue("letters", worker_concurrency=1)
    return D.register_queue(TEXTS, worker_concurrency=2)


def start(text: str) -> None:
    queue = register()
    D.enqueue_workflow("letters", translate, text, "é")  # swapped
    dbos.DBOS.enqueue_workflow(
        translate,  # the workflow
        TEXTS,  # the queue
        text,
        language="größer",
    )
    D.enqueue_workflow(queue.name, translate, text, "it")
    handle = (D.enqueue_workflow(queue.name, translate, text, "it"), [D.enqueue_workflow(queue.name, translate, x, "fr") for x in text])
    print(handle)


async def start_later(text: str) -> None:
    await D.enqueue_workflow_async('texts', translate, text, "de")
