"""Shops of several regions, in an event loop."""
import asyncio
from dbos import DBOS

@DBOS.step()
async def count(shop: str) -> int:
    return len(shop)

@DBOS.workflow()
async def count_all(shops: set[str]) -> int:
	total = 0
	for shop in sorted(shops): total += await count(shop)
	counts = await asyncio.gather(*[count(shop) for shop in sorted({"a", "b"})])
	return total + sum(counts)
