"""In a factory, with names that are taken."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import dbos
from fastapi import FastAPI

lifespan = 80


def create(debug: bool) -> FastAPI:
    @asynccontextmanager
    async def dbos_lifespan(_: FastAPI) -> AsyncIterator[None]:
        dbos.DBOS.launch()
        yield
        dbos.DBOS.destroy()

    app = FastAPI(debug=debug, lifespan=dbos_lifespan)
    dbos.DBOS(
        config={"name": "library"},
    )
    return app
