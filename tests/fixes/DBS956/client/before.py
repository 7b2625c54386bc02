# options: fix=safe
"""A client registers queues, too."""

from dbos import DBOSClient


def declare(url: str) -> None:
	client = DBOSClient(system_database_url=url)
	client.register_queue("tenants", partition_queue=True, global_concurrency=4, limiter=None)
	client.register_queue("urgent",
		priority_enabled=True,
		worker_concurrency=1)
	client.destroy()
