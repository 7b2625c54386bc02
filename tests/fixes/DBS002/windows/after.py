# options: select=DBS002, DBS201, fix=safe
from dbos import DBOS


@DBOS.workflow()
def tidy(name: str) -> str:
    ñame = "é" + name
    return ñame  # keep this
