# options: select=DBS002, DBS201, DBS202, DBS203, DBS213, fix=safe
"""Comments of all forms that silence nothing any more, some of them beside comments that are still of use."""

import time  # noqa: F401, DBS201
import uuid

from dbos import DBOS

# dbos-lint: ignore-file[DBS202] the lots were drawn here

LIMIT = 3  # type: ignore  # noqa: DBS201


@DBOS.step()
def measure(probe: str) -> float:
    """It says "# noqa: DBS201" in its text."""
    return time.time()  # dbos-lint: ignore[DBS201] see #123 for the reason


@DBOS.workflow()
def survey(probe: str) -> str:  # noqa: DBS201	 
    prüfung = "größer"; first = measure(probe)  # noqa: DBS201,E501
    second = measure(  # dbos-lint: ignore[DBS201, DBS213,DBS203] as agreed  # pragma: no cover
        probe,
        # dbos-lint: ignore[DBS201]
    )
    third = str(uuid.uuid4())  # dbos-lint: ignore[DBS201, DBS203] drawn once
    # noqa: DBS203
    return f"{first}{second}{third}{prüfung}"  # price in cents # noqa: E501 DBS201
# flake8: noqa: DBS213, W291
