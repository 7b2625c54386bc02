from dbos import DBOS, SetEnqueueOptions

MOST = 4


@DBOS.workflow()
def scan(tenant: str) -> str:
    return tenant


def start(tenant: str) -> None:
    with SetEnqueueOptions(queue_partition_key=tenant):
        DBOS.enqueue_workflow("tenants", scan, tenant)
    with SetEnqueueOptions(priority=2):
        DBOS.enqueue_workflow("plain", scan, tenant)


if __name__ == "__main__":
    DBOS(config={"name": "scans"})
    DBOS.launch()
    DBOS.register_queue(
        "tenants",
        partition_concurrency=MOST,
        partition_limiter={"limit": 10, "period": 60},
        partition_worker_concurrency=2,
    )
    DBOS.register_queue("plain", global_concurrency=MOST + 1)
    start("ant")
