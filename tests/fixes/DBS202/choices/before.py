"""Choices among what is certainly text or numbers."""

import random
import secrets
import string

from dbos import DBOS

TICKETS = [f"T-{number}" for number in range(100)]
ALPHABET = string.ascii_uppercase + string.digits


@DBOS.step()
def guests(party: str) -> list[str]:
    return party.split()


@DBOS.step()
async def late_guests(party: str) -> list[str]:
    return party.split()


@DBOS.step()
def announce(*what: object) -> None:
    print(*what)


@DBOS.workflow()
def draw(party: str) -> None:
    invited = guests(party)
    winner = random.choice(invited)
    second, third = random.sample(guests(party), k=2)
    ticket = random.choice(TICKETS)
    number = random.choice(range(1, 7))
    code = "".join(random.choices(ALPHABET, k=8))  # easy to read aloud
    password = "".join(secrets.choice(ALPHABET) for _ in range(8))
    announce(password, winner, second, third, ticket, number, code, secrets.choice("abc"))


@DBOS.workflow()
async def draw_late(party: str) -> str:
    password = "".join(secrets.choice(ALPHABET) for _ in range(8))
    winner = random.choice(await late_guests(party))
    await late_guests(winner + password)
    return winner
