# options: fix=safe
"""A name by position, beside options by name; not where there is a name already, or more than one by position."""

from dbos import DBOS

OPTIONS = {"max_attempts": 3}


@DBOS.step(
    "fetch",  # as it was called
    retries_allowed=True,
)
def fetch(url: str) -> str:
    return url


@DBOS.workflow("größe", max_recovery_attempts=3)
def size(url: str) -> str: return url


@DBOS.step("store", name="save")
def save(url: str) -> str:
    return url


@DBOS.step("send", **OPTIONS)
def send(url: str) -> str:
    return url


read = DBOS.step(fetch, name="read")
