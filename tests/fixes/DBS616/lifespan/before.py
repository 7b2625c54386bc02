from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from dbos import DBOS
from fastapi import FastAPI


@DBOS.workflow()
async def räume(at: datetime, context: Any) -> None:
    print(at)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
	DBOS(config={"name": "tidy-app"})
	DBOS.launch()
	await DBOS.create_schedule_async(schedule_name="nightly", workflow_fn=räume, schedule="0 0 * * *")
	yield
	DBOS.destroy()


app = FastAPI(lifespan=lifespan)
