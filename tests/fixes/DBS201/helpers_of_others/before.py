"""Helpers that more than workflows call, or not in the way in which they are defined."""

import asyncio
import time

from dbos import DBOS


@DBOS.step()
def store(*values: object) -> None:
    print(*values)


@DBOS.step()
async def send(*values: object) -> None:
    print(*values)


def now() -> float:
    return time.time()


def stamp() -> float:
    return time.time()


async def note(name: str) -> None:
    await send(name, time.time())


def passed_on() -> float:
    return time.time()


def from_a_loop() -> float:
    return time.time()


@DBOS.workflow()
def first() -> None:
    store(now(), stamp(), passed_on())


@DBOS.workflow()
async def second(names: list[str]) -> None:
    await asyncio.gather(*[note(name) for name in names])
    await send(from_a_loop())


@DBOS.step()
def measure() -> float:
    return stamp()


HOOKS = {"passed_on": passed_on}

if __name__ == "__main__":
    print(now())
