"""The search index is made anew when a shop has been quiet for a while."""

import asyncio
import os
import sys

from dbos import DBOS, DBOSClient, DBOSConfig, DebouncerClient

URL = "sqlite:///shop.sqlite"
config: DBOSConfig = {"name": "shop", "system_database_url": URL, "log_level": "ERROR"}
DBOS(config=config)


@DBOS.workflow(name="reindex")
def reindex(shop: str) -> str:
    return f"{shop} has an index"


async def changed(client: DBOSClient, shop: str) -> str:
    debouncer = DebouncerClient(client, {"workflow_name": "reindex", "queue_name": "index"})
    handle = await debouncer.debounce_async(
        deboucne_key=f"index-{shop}",  # one for each shop
        debounce_period_sec=0.5,
        shop=shop,
    )
    return await handle.get_result()


def main() -> None:
    DBOS.launch()
    DBOS.register_queue("index", concurrency=1)
    client = DBOSClient(system_database_url=URL)
    print(asyncio.run(changed(client, "tea")))
    client.destroy()
    DBOS.destroy()


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)
