# options: fix=safe
"""Numbers and policies in the form that dbos takes."""

from dbos import DBOS, DBOSClient, EnqueueOptions, SetEnqueueOptions


@DBOS.workflow()
def print_page(page: str) -> str:
    return page


def start(client: DBOSClient, page: str) -> None:
    with SetEnqueueOptions(priority=3):  # soon
        DBOS.enqueue_workflow("pages", print_page, page)
    with SetEnqueueOptions(
        delay_seconds=2.5,  # später
        deduplication_id="é",
    ):
        DBOS.enqueue_workflow("pages", print_page, page)
    with SetEnqueueOptions(deduplication_id=page, duplication_policy="return-existing"):
        DBOS.enqueue_workflow("pages", print_page, page)
    options: EnqueueOptions = {
        "workflow_name": "print_page",
        "queue_name": "pages",
        "priority": 12,  # later
        "workflow_timeout": 30,
    }
    client.enqueue(options, page)
