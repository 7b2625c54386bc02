"""Reports of tenants, each tenant's one after the other."""

import asyncio
import os
import sys

from dbos import DBOS as D
from dbos import DBOSConfig, SetEnqueueOptions
from dbos import Queue as Line

config: DBOSConfig = {
    "name": "reports",
    "system_database_url": "sqlite:///reports.sqlite",
    "log_level": "ERROR",
}
PERIOD = 1
LIMITS = {"limit": 20, "period": PERIOD}

per_tenant = Line("per-tenant", partition_queue=True, concurrency=1, priority_enabled=False)
checks = Line("checks", limiter=LIMITS, worker_concurrency=None)


@D.step()
async def render(tenant: str, page: int) -> str:
    return f"{tenant}/{page}"


@D.workflow()
async def report(tenant: str, page: int) -> str:
    return await render(tenant, page)


@D.workflow()
async def check(text: str) -> int:
    return len(text)


async def order(tenant: str, page: int) -> str:
    with SetEnqueueOptions(queue_partition_key=tenant):
        handle = await per_tenant.enqueue_async(report, tenant, page)
    return await handle.get_result()


async def main() -> None:
    D(config=config)
    D.launch()
    texts = [await order(tenant, page) for tenant in ("ant", "bee") for page in (1, 2)]
    print(texts)
    handles = [await checks.enqueue_async(check, text) for text in texts]
    print([await handle.get_result() for handle in handles])
    runs = await D.list_workflows_async(queue_name=per_tenant.name)
    print(sorted((run.queue_partition_key, run.output) for run in runs))


asyncio.run(main())
D.destroy()
sys.stdout.flush()
os._exit(0)
