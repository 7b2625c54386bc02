# options: fix=safe
"""A client registers queues, too."""

from dbos import DBOSClient


def declare(url: str) -> None:
	client = DBOSClient(system_database_url=url)
	client.register_queue("tenants", partition_concurrency=4, partition_limiter=None)
	client.register_queue("urgent",
		worker_concurrency=1)
	client.destroy()
