# options: select=DBS002, DBS201, DBS202, DBS203, DBS213, fix=safe
"""Comments of all forms that silence nothing any more, some of them beside comments that are still of use."""

import time  # noqa: F401
import uuid

from dbos import DBOS


LIMIT = 3  # type: ignore


@DBOS.step()
def measure(probe: str) -> float:
    """It says "# noqa: DBS201" in its text."""
    return time.time()


@DBOS.workflow()
def survey(probe: str) -> str:
    prüfung = "größer"; first = measure(probe)  # noqa: E501
    second = measure(  # pragma: no cover
        probe,
    )
    third = str(uuid.uuid4())  # dbos-lint: ignore[DBS203] drawn once
    return f"{first}{second}{third}{prüfung}"  # price in cents # noqa: E501
# flake8: noqa: W291
