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
    winner = DBOS.run_step({"name": "winner"}, random.choice, invited)
    second, third = DBOS.run_step({"name": "sample"}, random.sample, guests(party), k=2)
    ticket = DBOS.run_step({"name": "ticket"}, random.choice, TICKETS)
    number = DBOS.run_step({"name": "number"}, random.choice, range(1, 7))
    code = "".join(DBOS.run_step({"name": "code"}, random.choices, ALPHABET, k=8))  # easy to read aloud
    password = "".join(DBOS.run_step({"name": "choice"}, secrets.choice, ALPHABET) for _ in range(8))
    announce(password, winner, second, third, ticket, number, code, DBOS.run_step({"name": "choice"}, secrets.choice, "abc"))


@DBOS.workflow()
async def draw_late(party: str) -> str:
    password = "".join(secrets.choice(ALPHABET) for _ in range(8))
    winner = await DBOS.run_step_async({"name": "winner"}, random.choice, await late_guests(party))
    await late_guests(winner + password)
    return winner
