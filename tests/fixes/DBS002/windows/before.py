# options: select=DBS002, DBS201, fix=safe
from dbos import DBOS


@DBOS.workflow()
def tidy(name: str) -> str:
    # dbos-lint: ignore[DBS201] on a line of its own
    ñame = "é" + name  # noqa: DBS201
    return ñame  # dbos-lint: ignore[DBS201] — reason  # keep this
