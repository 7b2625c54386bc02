"""In a factory, with names that are taken."""

import dbos
from fastapi import FastAPI

lifespan = 80


def create(debug: bool) -> FastAPI:
    app = FastAPI(debug=debug)
    dbos.DBOS(
        config={"name": "library"},
        fastapi=app,  # as ever
    )
    return app
