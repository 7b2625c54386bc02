"""An application without a lifespan gets one."""

from dbos import DBOS, DBOSConfig
from fastapi import FastAPI

config: DBOSConfig = {"name": "library"}
# The door of the library.
app = FastAPI(
    title="Library",
    debug=True,  # for now
)
DBOS(fastapi=app, config=config)


@DBOS.workflow()
def lend(book: str) -> str:
    return book


@app.get("/lend/{book}")
def lend_book(book: str) -> str:
    return lend(book)
