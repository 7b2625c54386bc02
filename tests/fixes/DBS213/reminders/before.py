"""Workflows that wait, and a step that may."""

import time
from time import sleep as pause

from dbos import DBOS


@DBOS.step()
def call(number: str) -> bool:
    pause(0.1)
    return bool(number)


@DBOS.workflow()
def remind(numbers: list[str], hours: int) -> None:
    for attempt, number in enumerate(numbers):
        time.sleep(2 ** attempt)  # longer each time
        if not call(number):
            print("nobody"); pause(
                60 * 60 * hours,
            )
