"""It is not seen here where the context ends, or whose engine it is."""

from collections.abc import Iterator
from contextlib import contextmanager

from dbos import DBOS


def _start() -> None:
    DBOS(config={"name": "library"})
    DBOS.launch()


@contextmanager
def helped() -> Iterator[None]:
    _start()
    yield


class Engine:
    def __enter__(self) -> "Engine":
        DBOS(config={"name": "library"})
        DBOS.launch()
        return self

    def __exit__(self, *details: object) -> None:
        print("left")
