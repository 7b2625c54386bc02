import asyncio

import dbos
from dbos import DBOS as Engine

LIMIT = {"limit": 5, "period": 1}
calls: dbos.Queue = dbos.Queue(
	"calls",
	limiter=LIMIT,
	# each process takes two
	worker_concurrency=2,
)


@Engine.workflow()
async def call(number: str) -> str:
	return number


async def call_all(numbers: list[str]) -> list[str]:
	handles = [await calls.enqueue_async(call, number) for number in numbers]
	return [await handle.get_result() for handle in handles]


async def main() -> None:
	Engine(config={"name": "calls"})
	Engine.launch()
	try:
		print(await call_all(["1", "2"]))
	finally:
		Engine.destroy()


asyncio.run(main())
