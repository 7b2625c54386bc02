"""What variables hold while a function is followed; see :mod:`dbos_lint.semantics.flow`."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from dbos_lint.semantics.flows import KEEP, KEEP_SELF, Mixture, Origin, Region, Target

Environment: TypeAlias = dict[str, int]
"""Variables, attributes and items of them (``order.paid``, ``order["paid"]``), and how many they hold
(``#orders``, where that is told apart from what they hold), to the origins of what they hold."""

_BUILTINS = frozenset(dir(builtins))
# How many origins are told apart in one place.
_MANY = 8


class Marks:
    """What the collector knows of the nodes of a module, by their identity: the numbers of the calls, the indices of
    the reads and of the context managers in their functions, the ids of the functions."""

    __slots__ = ("calls", "functions", "managers", "reads")

    def __init__(self) -> None:
        self.calls: dict[int, int] = {}
        self.reads: dict[int, int] = {}
        self.managers: dict[int, int] = {}
        self.functions: dict[int, int] = {}


class Parts:
    """The parts of one variable that something was put into, such as ``a.b`` and ``a['k']``."""

    def __init__(self) -> None:
        self.all: set[str] = set()
        self._inside: dict[str, list[str]] = {}

    def add(self, part: str) -> None:
        if part not in self.all:
            self.all.add(part)
            for outer in _around(part):
                self._inside.setdefault(outer, []).append(part)

    def related(self, part: str) -> Iterator[str]:
        """Those that are ``part``, lie in it, or hold it."""
        yield from self._inside.get(part, ())
        yield from (each for each in (part, *_around(part)) if each in self.all)


def _around(part: str) -> Iterator[str]:
    """What holds a part, as far as its name tells."""
    return (part[:end] for end, character in enumerate(part) if character in ".[")


class Variables:
    """The variables of one function while it is followed, and what has been found of it."""

    def __init__(self, marks: Marks, own: Iterable[str], shared: Iterable[str], receiver: str, nested: bool) -> None:
        self.marks = marks
        self.own = own
        self.shared = frozenset(shared)
        self.receiver = receiver
        self.nested = nested
        self.env: Environment = {}
        # The origins of what decides whether the code that is being looked at runs at all, and of what decides between
        # values that a variable may hold after it.
        self.runs = 0
        self.control = 0
        self.bits: dict[Origin, int] = {}
        self.targets: dict[Target, int] = {}
        self.ever: dict[str, int] = {}
        # The parameters that still hold what they were given.
        self.params: set[str] = set()
        # The condition of a ``while`` that is being looked at.
        self.polled: Region | None = None
        # What the call that was looked at last was given.
        self.given = 0
        # What decides how many results the comprehension that was looked at last has.
        self.counted = 0
        self._free: dict[str, int] = {}
        self._mixtures: dict[int, int] = {}
        self._parts: dict[str, Parts] = {}
        self._addresses = 0
        # The answers to whether there is anything at all.
        self._answers = 0

    def bit(self, origin: Origin) -> int:
        known = self.bits.get(origin)
        if known is None:
            known = self.bits[origin] = 1 << len(self.bits)
        return known

    def mixed(self, mask: int) -> int:
        """``mask``, by a bit of its own where it has many: else each value would go wherever others go, too."""
        if mask.bit_count() <= _MANY:
            return mask
        known = self._mixtures.get(mask)
        if known is None:
            mixture = Mixture(len(self._mixtures))
            self.put(mixture, mask)
            known = self._mixtures[mask] = self.bit(mixture)
        return known

    def put(self, target: Target, mask: int) -> None:
        """Note that what comes from ``mask`` goes to ``target``."""
        if mask:
            self.targets[target] = self.targets.get(target, 0) | mask

    # ------------------------------------------------------------------ variables

    def load(self, name: str) -> int:
        """What the variable holds, with all of its parts."""
        value = self.env.get(name)
        if value is None:
            value = self._outside(name)
        if name in self._parts:
            for part in self._parts[name].all:
                value |= self.env.get(part, 0)
        return value

    def _outside(self, name: str) -> int:
        """What a name that has no value yet holds: a variable of an enclosing function is an origin by itself."""
        known = self._free.get(name)
        if known is None:
            free = self.nested and name not in self.own and name not in _BUILTINS
            known = self._free[name] = self.bit(name) if free else 0
        return known

    def store(self, name: str, mask: int) -> None:
        """Give the variable another value."""
        if name in self.shared:
            self.put(KEEP, mask | self.runs)
        mask = self.mixed(mask | self.control)
        self.params.discard(name)
        self.env[name] = mask
        if mask:
            self.ever[name] = self.ever.get(name, 0) | mask
        self.env.pop(f"#{name}", None)
        if name in self._parts:
            for part in self._parts[name].all:
                self.env.pop(part, None)

    def count(self, name: str, mask: int) -> None:
        """How many things the variable's new collection holds comes from ``mask``."""
        self.env[f"#{name}"] = self.mixed(mask | self.control)

    def grow(self, name: str, mask: int) -> None:
        """``mask`` decides, too, how many things the variable's collection holds."""
        known = self.env.get(f"#{name}")
        if known is not None:
            self.env[f"#{name}"] = self.mixed(known | mask)

    def add(self, name: str, mask: int, part: str = "", grows: int | None = None) -> None:
        """Let the object that the variable holds hold ``mask`` too, in its ``part`` if that is known. ``grows`` is what
        decides whether it holds more then, if that is not all of it."""
        if not mask:
            return
        if name == self.receiver:
            self.put(KEEP_SELF, mask | self.runs)
        elif name in self.params or not self._is_local(name):
            self.put(KEEP, mask | self.runs)
        if part:
            self._parts.setdefault(name, Parts()).add(part)
        key = part or name
        if key not in self.env and not part:
            self.env[key] = self._outside(name)
        self.env[key] = self.mixed(self.env.get(key, 0) | mask)
        self.grow(name, mask if grows is None else grows)
        self.ever[name] = self.ever.get(name, 0) | mask

    def _is_local(self, name: str) -> bool:
        return name in self.env or (name in self.own and name not in self.shared)

    def join(self, other: Environment) -> None:
        """What the variables hold where two ways meet."""
        env = self.env
        for name in [name for name in env if name[0] == "#" and name not in other and name[1:] in other]:
            # How many it holds there is not told apart.
            del env[name]
        for name, mask in other.items():
            known = env.get(name)
            if known is None:
                if name[0] != "#" or name[1:] not in env:
                    env[name] = mask
            elif mask & ~known:
                env[name] = self.mixed(known | mask)
