"""No option is meant for certain, or the one that is meant is there as well; and values that a person must choose."""

from dbos import DBOS


@DBOS.step(timeout=5)
async def fetch(url: str) -> str:
    return url


@DBOS.step(name="load", nmae="loader")
def load(url: str) -> str:
    return url


@DBOS.step(retries_allowed=True, max_attempts=0)
def read(url: str) -> str:
    return url
