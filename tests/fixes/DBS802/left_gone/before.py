"""Somebody else asks for the key."""

from dbos import DBOSClient, EnqueueOptions


def load(client: DBOSClient) -> str:
    options: EnqueueOptions = {"workflow_name": "load", "queue_name": "rows", "max_recovery_attempts": 3}
    print(options.get("max_recovery_attempts"))
    return client.enqueue(options, "a").get_workflow_id()
