from dbos import DBOS

from .ledger import note
from .stock import take


@DBOS.workflow()
def order(item: str, amount: int) -> str:
    left = take(item, amount)
    lines = note(f"{amount} {item}" if left is not None else f"no {item}")
    return f"left {left}, lines {lines}"
