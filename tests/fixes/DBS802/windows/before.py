from dbos import DBOSClient


def größe(client: DBOSClient, page: str) -> None:
	client.enqueue({"workflow_name": "é", "queue_name": "ö", "pririty": 1}, page)
