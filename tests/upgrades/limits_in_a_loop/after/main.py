"""A service in one event loop, which sets the limits of its queues while it runs."""

import asyncio
import os
import sys

import dbos
from dbos import DBOS as D

D(config={"name": "service", "system_database_url": "sqlite:///service.sqlite", "log_level": "ERROR"})


@D.workflow()
async def greet(name: str) -> str:
    await D.sleep_async(0.01)
    return f"hello {name}"


async def main() -> None:
    D.launch()
    queue = await D.register_queue_async("greetings", global_concurrency=3, limiter={"limit": 50, "period": 1.0})
    await queue.set_global_concurrency_async(await queue.get_global_concurrency_async() - 1)
    print(await queue.get_global_concurrency_async(), await queue.get_worker_concurrency_async())
    handles = [await D.enqueue_workflow_async("greetings", greet, name) for name in ("Ada", "Grace", "Edsger")]
    print(sorted([await handle.get_result() for handle in handles]))
    statuses = await D.list_workflows_async(queue_name="greetings")
    print({each.status for each in statuses} <= {dbos.WorkflowStatusString.SUCCESS.value}, len(statuses))
    D.destroy()


if __name__ == "__main__":
    asyncio.run(main())
    sys.stdout.flush()
    os._exit(0)
