from dbos import DBOS, Queue, SetEnqueueOptions

MOST = 4
tenants = Queue("tenants", MOST, {"limit": 10, "period": 60}, worker_concurrency=2, partition_queue=True)
plain = Queue("plain", priority_enabled=True, partition_queue=False, global_concurrency=MOST + 1)


@DBOS.workflow()
def scan(tenant: str) -> str:
    return tenant


def start(tenant: str) -> None:
    with SetEnqueueOptions(queue_partition_key=tenant):
        tenants.enqueue(scan, tenant)
    with SetEnqueueOptions(priority=2):
        plain.enqueue(scan, tenant)


if __name__ == "__main__":
    DBOS(config={"name": "scans"})
    DBOS.launch()
    start("ant")
