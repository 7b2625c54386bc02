"""What is synchronous is awaited."""

import asyncio

from dbos import DBOS


@DBOS.step()
def detect(text: str) -> str:
    return text[:2]


@DBOS.workflow()
async def translate(text: str) -> str:
    language = await asyncio.to_thread(detect, text)
    shout = (await asyncio.to_thread(detect, text=text)).upper()  # both
    return language + shout


async def main(text: str) -> str:
    await asyncio.sleep(0)
    handle = await DBOS.start_workflow_async(translate, text)
    queued = await DBOS.enqueue_workflow_async("texts", translate, text)
    return await handle.get_result() + await queued.get_result()
