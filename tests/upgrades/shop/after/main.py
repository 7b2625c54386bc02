"""The shop for a day: it stocks up, sells on two queues, is counted every second, and closes."""

import asyncio
import os
import sys
import time

from shop import counting, orders, stock
from shop.settings import config
from shop.watch import limits

from dbos import DBOS, SetWorkflowID

DBOS(config=config)


def sell() -> None:
    handles = [orders.order(customer, item) for customer, item in (("Ada", "tea"), ("Grace", "tea"), ("Alan", "milk"))]
    for handle in handles:
        print(handle.get_result())


def main() -> None:
    DBOS.launch()
    DBOS.register_queue("packing", global_concurrency=2, worker_concurrency=1)
    # what the post takes
    DBOS.register_queue("sending", limiter={"limit": 50, "period": 1.0})
    DBOS.apply_schedules(
        [
            {"schedule_name": "count", "workflow_fn": counting.count, "schedule": "* * * * * *"},
        ]
    )
    with SetWorkflowID("stock-up"):
        print(stock.stock_up({"tea": 2, "milk": 1}))
    sell()
    print(stock.left())
    print(asyncio.run(orders.send_all(["tea", "milk"])))
    print(limits())
    print([step["function_name"] for step in DBOS.list_workflow_steps("stock-up")])
    deadline = time.monotonic() + 20
    while not counting.COUNTED and time.monotonic() < deadline:
        time.sleep(0.1)
    print("counted", counting.COUNTED[0])
    print({status.status for status in DBOS.list_workflows(name="orders.pack")})
    DBOS.destroy()


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)
