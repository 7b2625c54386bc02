"""An application with a lifespan of its own, made in a function."""

from contextlib import asynccontextmanager

import dbos
from fastapi import FastAPI
from fastapi.testclient import TestClient

log = []


@dbos.DBOS.workflow()
def greet(name: str) -> str:
    return f"hello {name}"


@asynccontextmanager
async def lifespan(app: FastAPI):
    log.append("open")
    try:
        dbos.DBOS.launch()
        yield
    finally:
        log.append("close")  # the last word
    dbos.DBOS.destroy()


def create() -> FastAPI:
    app = FastAPI(lifespan=lifespan)

    @app.get("/{name}")
    def get(name: str) -> str:
        return greet(name)

    dbos.DBOS(config={"name": "greeter", "system_database_url": "sqlite:///greeter.sqlite", "log_level": "ERROR"})
    return app


if __name__ == "__main__":
    with TestClient(create()) as client:
        print(client.get("/ada").json(), log)
    print(log)
