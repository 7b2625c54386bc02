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
    dice = random.randint(
        1,  # at least
        6,
    )
    if random.random() < 0.5:
        announce(roll(1, 6), random.uniform(a=1, b=2), random.randrange(*bounds))
    winner = random.choice(guests)
    color = random.choice(COLORS)
    pair = random.sample(population=["a", "b", "c"], k=2)
    announce(random.choice(seq=[1, 2]))
    announce(random.randint(1, random.randint(2, 3)))
    announce(winner, color, pair, dice, os.urandom(4).hex())
    code = "".join([random.choice(["x", "y"]) for _ in range(4)])
    token = secrets.token_hex(8)
    return f"{code}-{token}-{secrets.randbelow(10)}"
