"""Options with slips of the fingers."""

from dbos import DBOS


@DBOS.step(retries_alowed=True, max_atempts=5)  # tried again
def fetch(url: str) -> str:
    return url


@DBOS.step(
    nmae="größe",  # its name
    retries_allowed=True,
    backof_rate=2.0,
)
def load(url: str) -> str:
    return url


def plain(url: str) -> str:
    return url


@DBOS.workflow()
def crawl(url: str) -> str:
    first = DBOS.run_step({'retries_allowed': True, 'intervall_seconds': 2.0}, plain, url)
    return first + DBOS.run_step(dict(nmae="plain"), plain, url)
