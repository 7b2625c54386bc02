"""Waits for the first night."""

import asyncio
import os
import sys

from app.server import running


async def main() -> None:
    async with running() as done:
        for _ in range(75):
            if done:
                break
            await asyncio.sleep(0.2)
        print(done[:1])


asyncio.run(main())
sys.stdout.flush()
os._exit(0)
