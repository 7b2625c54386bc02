import asyncio

from dbos import DBOS as Engine

LIMIT = {"limit": 5, "period": 1}


@Engine.workflow()
async def call(number: str) -> str:
	return number


async def call_all(numbers: list[str]) -> list[str]:
	handles = [await Engine.enqueue_workflow_async("calls", call, number) for number in numbers]
	return [await handle.get_result() for handle in handles]


async def main() -> None:
	Engine(config={"name": "calls"})
	Engine.launch()
	# each process takes two
	await Engine.register_queue_async("calls", limiter=LIMIT, worker_concurrency=2)
	try:
		print(await call_all(["1", "2"]))
	finally:
		Engine.destroy()


asyncio.run(main())
