"""Reports of tenants, each tenant's one after the other."""

import asyncio
import os
import sys

from dbos import DBOS as D
from dbos import DBOSConfig, SetEnqueueOptions

config: DBOSConfig = {
    "name": "reports",
    "system_database_url": "sqlite:///reports.sqlite",
    "log_level": "ERROR",
}
PERIOD = 1
LIMITS = {"limit": 20, "period": PERIOD}


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
        handle = await D.enqueue_workflow_async("per-tenant", report, tenant, page)
    return await handle.get_result()


async def main() -> None:
    D(config=config)
    D.launch()
    await D.register_queue_async("per-tenant", partition_concurrency=1)
    await D.register_queue_async("checks", limiter=LIMITS)
    texts = [await order(tenant, page) for tenant in ("ant", "bee") for page in (1, 2)]
    print(texts)
    handles = [await D.enqueue_workflow_async("checks", check, text) for text in texts]
    print([await handle.get_result() for handle in handles])
    runs = await D.list_workflows_async(queue_name="per-tenant")
    print(sorted((run.queue_partition_key, run.output) for run in runs))


asyncio.run(main())
D.destroy()
sys.stdout.flush()
os._exit(0)
