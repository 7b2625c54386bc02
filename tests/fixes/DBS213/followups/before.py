"""Asynchronous workflows of a class, which wait for days."""

import asyncio, time

import dbos


class Followups:
    @staticmethod
    @dbos.DBOS.workflow()
    async def follow(order: str, days: float) -> str:
        await asyncio.sleep(days * 86400)
        time.sleep(5)  # the mail server is slow
        [await asyncio.sleep(1) for _ in order]
        await asyncio.sleep(0)
        return order
