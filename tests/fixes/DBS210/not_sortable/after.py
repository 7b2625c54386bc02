"""What cannot be compared, is in an order in part, or comes from somewhere else."""

from dataclasses import dataclass

from dbos import DBOS


@dataclass(frozen=True)
class Shop:
    name: str


@DBOS.step()
def count(shop: object) -> int:
    return 1


@DBOS.workflow()
def count_all(shops: set[Shop], anything: set, pairs: set[tuple[str, int]], names: set[str]) -> None:
    for shop in shops:
        count(shop)
    for thing in anything:
        count(thing)
    for pair in pairs:
        count(pair)
    for mixed in {"a", 1}:
        count(mixed)
    for number, (name, thing) in enumerate(zip(names, anything)):
        count((number, name, thing))
    queue = list(names)
    queue = queue or list(anything)
    for name in queue:
        count(name)
    several = tuple(names)
    for name in several:
        count(name)
    list(map(count, names))


@DBOS.workflow()
def own_order(names: set[str]) -> None:
    def sorted(things: object) -> object:
        return things

    for name in names:
        count(name)
