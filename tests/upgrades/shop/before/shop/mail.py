"""What leaves the shop."""

from dbos import DBOS


@DBOS.step()
async def post(item: str) -> str:
    return f"{item} is in the post"


@DBOS.workflow()
async def send(item: str) -> str:
    await DBOS.sleep_async(0.01)
    return await post(item)
