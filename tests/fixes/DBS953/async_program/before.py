import asyncio
import datetime

import dbos

SECONDS = 10


@dbos.DBOS.scheduled(f"*/{SECONDS} * * * * *")
@dbos.DBOS.workflow()
async def pulse(planned: datetime.datetime, context: datetime.datetime) -> None:
	dbos.DBOS.logger.info("pulse of %s", planned)


async def main() -> None:
	dbos.DBOS(config={"name": "pulse"})
	dbos.DBOS.launch()
	print("running")
	await asyncio.sleep(3600)


if __name__ == "__main__":
	asyncio.run(main())
