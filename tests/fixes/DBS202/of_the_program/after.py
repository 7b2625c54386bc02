"""Generators and choices that hold what a step could not store, or that change what they are given."""

import random

from dbos import DBOS


class Guest:
    name = "guest"


@DBOS.step()
def announce(*what: object) -> None:
    print(*what)


@DBOS.workflow()
def draw(guests: list[Guest], names: list) -> None:
    generator = random.Random()
    announce(generator.random())
    announce(random.choice(guests).name)
    announce(random.choice(names))
    random.shuffle(names)
    announce(names[0])
    rng = random.SystemRandom()
    announce(rng.randint(1, 6))
    announce(random.choice([guests[0], "nobody"]))


@DBOS.workflow()
def with_options(options: dict[str, int]) -> None:
    announce(random.triangular(**options))
