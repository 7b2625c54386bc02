"""Functions that cannot await, and what is asked of the coroutine itself."""

import threading

from dbos import DBOS

lock = threading.Lock()


@DBOS.step()
async def fetch(team: str) -> str:
    return team


def score(team: str) -> None:
    fetch(team)


@DBOS.workflow()
async def season(teams: list[str]) -> str:
    print(any(fetch(team) for team in teams))
    with lock:
        fetch("all")
    return fetch(teams[0]).__name__
