"""A yield in a try: its end is the end of the context, where it has one and nothing comes behind."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from dbos import DBOS


@asynccontextmanager
async def lifespan(app: object) -> AsyncIterator[dict[str, object]]:
    DBOS(config={"name": "orders"})
    DBOS.launch()  # up
    try:
        yield {"app": app}
    except ValueError:
        print("größer")
    finally:
        print("down")  # said
        DBOS.destroy()
        # nothing more


@contextmanager
def tabs() -> Iterator[None]:
	DBOS.launch()
	try:
		print("up")
		yield
	finally:
		if DBOS.logger:
			print("down")
		DBOS.destroy()


@contextmanager
def inside() -> Iterator[None]:
    try:
        DBOS.launch()
        yield
    finally:
        print("down")
        DBOS.destroy()


@contextmanager
def behind() -> Iterator[None]:
    DBOS.launch()
    try:
        yield
    finally:
        print("down")
    print("over")


@contextmanager
def handled() -> Iterator[None]:
    DBOS.launch()
    try:
        yield
    except ValueError:
        print("down")


@contextmanager
def twice(again: bool) -> Iterator[None]:
    DBOS.launch()
    if again:
        yield
    yield


@contextmanager
def one_line() -> Iterator[None]:
    DBOS.launch()
    try: yield
    finally: print("down")
