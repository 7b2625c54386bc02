"""Names that mean something else where the step would be."""

import random

import dbos


@dbos.DBOS.step()
def announce(value: float) -> None:
    print(value)


@dbos.DBOS.workflow()
def draw(dbos: object) -> None:
    announce(random.random())
