"""A request cannot be recorded, and other decorators may be meant for one of the two only."""

from functools import cache, wraps
from typing import Any, Callable

from dbos import DBOS
from fastapi import Depends, FastAPI, Request

app = FastAPI()


def logged(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def inner(*args: Any, **kwargs: Any) -> Any:
        print(args)
        return function(*args, **kwargs)

    return inner


def user() -> str:
    return "Ann"


@DBOS.workflow()
@app.post("/orders")
def order(request: Request) -> str:
    return str(request.url)


@DBOS.workflow()
@app.post("/mine")
def mine(name: str = Depends(user)) -> str:
    return name


@DBOS.workflow()
@logged
@app.post("/logged")
def log(name: str) -> str:
    return name


@logged
@DBOS.workflow()
@app.post("/checked")
def check(name: str) -> str:
    return name


@DBOS.workflow()
@app.exception_handler(ValueError)
def failed(name: str, error: str) -> str:
    return name
