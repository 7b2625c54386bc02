"""What leads to each other, and in which order the rest can be told."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def groups(start: T, following: Callable[[T], Iterable[T]], known: Container[T]) -> Iterator[list[T]]:
    """What ``start`` leads to by ``following``, and is not ``known``: in groups, whose members lead to each other.

    Each comes after those that it leads to. Ways may be long: it needs no deep stack (Tarjan's algorithm).
    """
    number = {start: 0}
    lowest = {start: 0}
    pending = [start]
    way = [(start, iter(following(start)))]
    grouped: set[T] = set()
    while way:
        node, rest = way[-1]
        fresh = next((each for each in rest if not _settle(each, node, number, lowest, grouped, known)), None)
        if fresh is not None:
            number[fresh] = lowest[fresh] = len(number)
            pending.append(fresh)
            way.append((fresh, iter(following(fresh))))
            continue
        way.pop()
        if way:
            lowest[way[-1][0]] = min(lowest[way[-1][0]], lowest[node])
        if lowest[node] == number[node]:
            first = len(pending) - 1
            while pending[first] != node:
                first -= 1
            group = pending[first:]
            del pending[first:]
            grouped.update(group)
            yield group


def _settle(
    each: T, node: T, number: dict[T, int], lowest: dict[T, int], grouped: Container[T], known: Container[T]
) -> bool:
    """Whether ``each``, to which ``node`` leads, was seen before; then ``node`` may be in its group."""
    if each in grouped or each in known:
        return True
    if each not in number:
        return False
    lowest[node] = min(lowest[node], number[each])
    return True
