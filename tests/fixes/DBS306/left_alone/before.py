"""Somebody has said that there are no retries: which of the two is meant, a person must say."""

from dbos import DBOS

OPTIONS = {"max_attempts": 5}


@DBOS.step(retries_allowed=False, max_attempts=5)
def fetch(url: str) -> str:
    return url


@DBOS.step(**OPTIONS)
def load(url: str) -> str:
    return url
