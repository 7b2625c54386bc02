"""Which roles, which of several options: a person must say."""

from dbos import DBOS

NAME = 3


@DBOS.required_roles
def admin(url: str) -> str:
    return url


@DBOS.step("fetch", True)
def fetch(url: str) -> str:
    return url


@DBOS.step("load", name="load")
def load(url: str) -> str:
    return url


@DBOS.step(NAME)
def count(url: str) -> str:
    return url
