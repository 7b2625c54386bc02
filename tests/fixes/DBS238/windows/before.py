"""Written on another system."""
import asyncio
from dbos import DBOS as D

@D.step()
async def ask(supplier: str) -> str:
	return supplier

@D.workflow()
async def fastest() -> None:
	task = [asyncio.create_task(ask("a")), asyncio.create_task(ask("b"))]
	(done, late) = await D.asyncio_wait(task, timeout=1)
	for each in (done): await ask(each.result())
