# options: select=DBS002, DBS201
"""What follows a noqa may be about something else; and of two, only the first one counts."""

from dbos import DBOS


@DBOS.workflow()
def tidy(name: str) -> str:
    first = name  # noqa: DBS201 the name of the firm
    second = name  # noqa: DBS201  # noqa: E501
    return first + second
