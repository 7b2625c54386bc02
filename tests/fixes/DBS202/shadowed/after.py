"""Names that mean something else where the step would be."""

import random

import dbos
from dbos import DBOS


@dbos.DBOS.step()
def announce(value: float) -> None:
    print(value)


@dbos.DBOS.workflow()
def draw(dbos: object) -> None:
    announce(DBOS.run_step({"name": "random"}, random.random))
