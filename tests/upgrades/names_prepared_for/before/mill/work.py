"""What is done."""

from dbos import DBOS

from mill import clock
from mill.queues import carting, grinding

TOLD = clock.__doc__


@DBOS.workflow()
def grind(sacks: int) -> int:
    return sacks * 2


def order(sacks: int) -> int:
    return grinding.enqueue(grind, sacks).get_result() + carting.enqueue(grind, 1).get_result()
