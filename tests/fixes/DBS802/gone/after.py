# options: fix=safe
"""A limit that the function itself has now."""

from dbos import DBOSClient, EnqueueOptions

MOST = 3
plain: EnqueueOptions = {"workflow_name": "load", "queue_name": "rows"}


def load(client: DBOSClient, urgent: bool) -> str:
    options: EnqueueOptions = {
        "workflow_name": "load",
        # no more than that
        "queue_name": "rows",
    }
    return client.enqueue(options, "a").get_workflow_id() + client.enqueue(plain, "b").get_workflow_id()
