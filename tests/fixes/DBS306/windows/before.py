from dbos import DBOS


@DBOS.step(
    max_attempts=5  # größer
)
def fetch(url: str) -> str:
    return url


lade = DBOS.step(interval_seconds=1.0)(lambda url: url)
