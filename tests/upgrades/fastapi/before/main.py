"""The application gives itself to dbos, which launches with it."""

from dbos import DBOS, DBOSConfig
from fastapi import FastAPI
from fastapi.testclient import TestClient

config: DBOSConfig = {"name": "library", "database_url": "sqlite:///library.sqlite", "log_level": "ERROR"}

app = FastAPI(title="Library")
DBOS(config=config, fastapi=app)


@DBOS.step()
def fetch(book: str) -> str:
    return book.upper()


@DBOS.workflow()
def lend(book: str) -> str:
    return f"lent {fetch(book)}"


@app.get("/lend/{book}")
def lend_book(book: str) -> dict:
    return {"answer": lend(book)}


if __name__ == "__main__":
    with TestClient(app) as client:
        print(client.get("/lend/dune").json())
        print(len(DBOS.list_workflows()))
    try:
        lend("again")
    except Exception as error:
        print("stopped", type(error).__name__)
