"""Handlers and a workflow that run synchronous workflows, steps and handles on their event loop."""

import asyncio

from dbos import DBOS, WorkflowHandle


@DBOS.step()
def resize(image: str, *, width: int = 100) -> str:
    return f"{image}-{width}"


@DBOS.workflow()
def gallery(images: list[str], title: str = "") -> str:
    return title.join(images)


class Albums:
    @staticmethod
    @DBOS.workflow()
    def build(images: list[str]) -> int:
        return len(images)

    async def size(self, images: list[str]) -> int:
        return await asyncio.to_thread(self.build, images) + await asyncio.to_thread(Albums.build, [] )  # both


@DBOS.workflow()
async def publish(images: list[str]) -> str:
    small = [await asyncio.to_thread(resize, image, width=50) for image in images]
    if (first := await asyncio.to_thread(resize, images[0])).startswith("x"):
        return first
    return (await asyncio.to_thread(gallery,
        small,
        title="holidays",  # of last year
    )).upper()


async def wait(handle: WorkflowHandle[str]) -> str:
    await asyncio.sleep(0)
    return await asyncio.to_thread(handle.get_result)
