"""Keys with letters that are missing or in the wrong order."""

from dbos import DBOS, DBOSClient, EnqueueOptions


def start(client: DBOSClient, page: str) -> None:
    options: EnqueueOptions = {
        "workflow_name": "print_page",
        "queue_name": "größe",
        'deduplication_id': page,  # once
        "workflow_timeout": 30,
    }
    options["priority"] = 3
    client.enqueue(options, page)
    client.enqueue({"workflow_name": "é", "queue_name": "pages", "app_version": "1"}, page)
    client.enqueue(EnqueueOptions(workflow_name="é", queue_name="pages", workflow_id=page), page)


def start_here(page: str) -> None:
    DBOS.enqueue_workflow_with_options({"workflow_name": "print_page", "queue_name": "pages", "priority": 3}, page)
