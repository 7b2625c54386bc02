"""No key is meant for certain, or it is there as well."""

from dbos import DBOSClient, EnqueueOptions


def start(client: DBOSClient, page: str) -> None:
    options: EnqueueOptions = {
        "workflow_name": "print_page",
        "queue_name": "pages",
        "priority": 3,
        "prioriti": 4,
        "dedup": page,
        "timeout": 30,
    }
    client.enqueue(options, page)
