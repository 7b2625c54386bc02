"""Retry options without the switch, in decorators and in dicts."""

import dbos
from dbos import DBOS as D
from dbos import StepOptions

SHARED: StepOptions = {"name": "shared", "max_attempts": 3, "retries_allowed": True}


@D.step(max_attempts=5, retries_allowed=True)
def fetch(url: str) -> str:
    return url


@dbos.DBOS.step(
    name="größer",  # its name
    interval_seconds=2.0,
    backoff_rate=1.5,  # slower each time
    retries_allowed=True,
)
def load(url: str) -> str:
    return url


def plain(url: str) -> str:
    return url


@D.workflow()
def crawl(url: str) -> str:
    first = D.run_step({"name": "é", "max_attempts": 4, "retries_allowed": True}, plain, url)
    second = D.run_step(
        {
            "interval_seconds": 3,
            # at most
            "max_attempts": 4,
            "retries_allowed": True,
        },
        plain,
        url,
    )
    third = D.run_step(StepOptions(max_attempts=2, retries_allowed=True,), plain, url)
    return first + second + third + D.run_step(SHARED, plain, url)


class Spider:
    @staticmethod
    @D.step(max_attempts=(
        5
    ), retries_allowed=True)
    def read(url: str) -> str:
        return url
