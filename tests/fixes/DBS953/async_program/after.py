import asyncio
import datetime
from typing import Any

import dbos

SECONDS = 10


@dbos.DBOS.workflow()
async def pulse(planned: datetime.datetime, context: Any) -> None:
	dbos.DBOS.logger.info("pulse of %s", planned)


async def main() -> None:
	dbos.DBOS(config={"name": "pulse"})
	dbos.DBOS.launch()
	await dbos.DBOS.apply_schedules_async(
	    [
	        {"schedule_name": "pulse", "workflow_fn": pulse, "schedule": f"*/{SECONDS} * * * * *"},
	    ]
	)
	print("running")
	await asyncio.sleep(3600)


if __name__ == "__main__":
	asyncio.run(main())
