# options: dbos-version=3.4, fix=safe
"""The debouncer of a client, with the misspelt name that it had."""

from dbos import DBOSClient, DebouncerClient

client = DBOSClient(system_database_url="sqlite:///shop.sqlite")


async def reindex(shop: str) -> str:
    debouncer = DebouncerClient(client, {"workflow_name": "reindex", "queue_name": "index"})
    handle = await debouncer.debounce_async(debounce_key=f"index-{shop}", debounce_period_sec=1, shop=shop)
    return handle.get_workflow_id()
