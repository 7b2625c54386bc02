"""Written on another system."""
import asyncio
import dbos

@dbos.DBOS.step()
async def ask(supplier: str) -> str:
	return supplier

@dbos.DBOS.workflow()
async def fastest() -> str:
	done, _ = await asyncio.wait([asyncio.ensure_future(ask("a")), asyncio.ensure_future(ask("b")),], return_when=asyncio.FIRST_COMPLETED); return await ask(str(len(done)))
