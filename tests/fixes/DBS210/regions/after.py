"""Shops of several regions."""

from dbos import DBOS

REGIONS = {"north", "south"}  # in no order


@DBOS.step()
def count(shop: str) -> int:
    return len(shop)


@DBOS.workflow()
def count_all(shops: set[str], more: frozenset[str], files: list[str]) -> int:
    total = 0
    for shop in sorted(shops):  # each of them
        total += count(shop)
    for region in (sorted(REGIONS)):
        total += count(region)
    for shop in sorted(shops):
        total += count(shop)
    for shop in sorted(shops | more): total += count(shop)
    for shop in (
        sorted(shops
        - more)  # not these
    ):
        total += count(shop)
    seen = set()
    for name in files:
        seen.add(f"{name}!")
    return total + sum([count(each) for each in sorted(seen) if each])
