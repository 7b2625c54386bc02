"""A fee for rentals that come back late."""

import time
from datetime import datetime, timezone

from dbos import DBOS


@DBOS.step()
def charge(rental: str, fee: float, day: str) -> str:
    return f"{rental}: {fee} on {day}"


@DBOS.workflow()
def give_back(rental: str, due: float) -> str:
    now = time.time()  # seconds
    fee = max(0.0, now - due) * 0.01
    day = datetime.now(timezone.utc).isoformat()
    first = charge(rental, fee, day); second = charge(rental, time.time() - due, "again")
    if (  # late, even so
        datetime.now(
            tz=timezone.utc,  # the shop's clock
        ).hour
        > 18
    ):
        return second
    return first
