"""Options with slips of the fingers."""

from dbos import DBOS


@DBOS.step(retries_allowed=True, max_attempts=5)  # tried again
def fetch(url: str) -> str:
    return url


@DBOS.step(
    name="größe",  # its name
    retries_allowed=True,
    backoff_rate=2.0,
)
def load(url: str) -> str:
    return url


def plain(url: str) -> str:
    return url


@DBOS.workflow()
def crawl(url: str) -> str:
    first = DBOS.run_step({'retries_allowed': True, 'interval_seconds': 2.0}, plain, url)
    return first + DBOS.run_step(dict(name="plain"), plain, url)
