"""Cities, each once: counted, copied into a list, told by what a function says that it returns."""

import asyncio

from dbos import DBOS


@DBOS.step()
async def visit(city: str) -> str:
    return city


@DBOS.step()
async def wanted(guide: str) -> set[str]:
    return set(guide.split())


def known(guide: str) -> frozenset[str]:
    return frozenset(guide.split(","))


@DBOS.workflow()
async def tour(cities: list[str], seen: list[str], guide: str) -> dict[str, str]:
    todo = set(cities) - set(seen)
    for number, city in enumerate(sorted(todo), start=1):
        await visit(f"{number}: {city}")
    for number, city in enumerate(sorted(todo), 1):  # again
        await visit(f"{number}: {city}")
    unique = sorted(
        set(cities)  # each once
    )
    answers = await asyncio.gather(*[visit(city) for city in unique])
    for city in sorted(await wanted(guide)):
        await visit(city)
    for city in sorted(known(guide)): await visit(city)
    return dict(zip(unique, answers))


@DBOS.workflow()
async def names(cities: list[str]) -> None:
    lower = {f"{city}, Norway" for city in cities}
    queue = sorted(lower)
    queue.append("home")
    for city in queue:
        await visit(city)
