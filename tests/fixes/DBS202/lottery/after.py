"""Draws winners."""

import os
import random
import secrets
import string
from random import randint as roll

from dbos import DBOS

COLORS = ["red", "blue"]


@DBOS.step()
def announce(*what: object) -> None:
    print(*what)


@DBOS.workflow()
def draw(bounds: tuple[int, int], guests: list[str]) -> str:
    dice = DBOS.run_step({"name": "dice"}, random.randint,
        1,  # at least
        6,
    )
    if DBOS.run_step({"name": "random"}, random.random) < 0.5:
        announce(DBOS.run_step({"name": "roll"}, roll, 1, 6), DBOS.run_step({"name": "uniform"}, random.uniform, a=1, b=2), DBOS.run_step({"name": "randrange"}, random.randrange, *bounds))
    winner = DBOS.run_step({"name": "winner"}, random.choice, guests)
    color = DBOS.run_step({"name": "color"}, random.choice, COLORS)
    pair = DBOS.run_step({"name": "pair"}, random.sample, population=["a", "b", "c"], k=2)
    announce(DBOS.run_step({"name": "choice"}, random.choice, seq=[1, 2]))
    announce(DBOS.run_step({"name": "randint"}, random.randint, 1, DBOS.run_step({"name": "randint"}, random.randint, 2, 3)))
    announce(winner, color, pair, dice, DBOS.run_step({"name": "urandom"}, os.urandom, 4).hex())
    code = "".join([DBOS.run_step({"name": "choice"}, random.choice, ["x", "y"]) for _ in range(4)])
    token = DBOS.run_step({"name": "token"}, secrets.token_hex, 8)
    return f"{code}-{token}-{DBOS.run_step(None, secrets.randbelow, 10)}"
