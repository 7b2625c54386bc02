"""Tabs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dbos import DBOS
from fastapi import FastAPI


class Server:
	def __init__(self) -> None:
		@asynccontextmanager
		async def lifespan(_: FastAPI) -> AsyncIterator[None]:
			DBOS.launch()
			yield
			DBOS.destroy()

		app: FastAPI = FastAPI(lifespan=lifespan)
		DBOS(config={"name": "library"})
		self.app = app
