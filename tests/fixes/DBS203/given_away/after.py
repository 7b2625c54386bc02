"""What is handed on to be called later."""

import uuid
from collections import defaultdict
from dataclasses import dataclass, field

from dbos import DBOS


@DBOS.step()
def ship(order: str) -> str:
    return order


@dataclass
class Parcel:
    number: str = field(default_factory=lambda: str(uuid.uuid4()))


@DBOS.workflow()
def checkout(items: list[str]) -> str:
    numbers = defaultdict(uuid.uuid4)
    ship(str([numbers[item] for item in items]))
    return ship(Parcel().number)
