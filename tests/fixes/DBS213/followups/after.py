"""Asynchronous workflows of a class, which wait for days."""

import asyncio

import dbos


class Followups:
    @staticmethod
    @dbos.DBOS.workflow()
    async def follow(order: str, days: float) -> str:
        await dbos.DBOS.sleep_async(days * 86400)
        await dbos.DBOS.sleep_async(5)  # the mail server is slow
        [await dbos.DBOS.sleep_async(1) for _ in order]
        await asyncio.sleep(0)
        return order
