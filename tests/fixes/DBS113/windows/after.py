from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import dbos
from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
	dbos.DBOS(config={"name": "bücher"})
	dbos.DBOS.launch()
	yield
	dbos.DBOS.destroy()
