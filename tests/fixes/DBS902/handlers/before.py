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
        return self.build(images) + Albums.build([] )  # both


@DBOS.workflow()
async def publish(images: list[str]) -> str:
    small = [resize(image, width=50) for image in images]
    if (first := resize(images[0])).startswith("x"):
        return first
    return gallery(
        small,
        title="holidays",  # of last year
    ).upper()


async def wait(handle: WorkflowHandle[str]) -> str:
    await asyncio.sleep(0)
    return handle.get_result()
