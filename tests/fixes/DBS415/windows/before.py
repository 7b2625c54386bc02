# options: fix=safe
from dbos import DBOS


def größer() -> None:
	prints = DBOS.register_queue("prints")
	prints.worker_concurrency = 1  # ö
