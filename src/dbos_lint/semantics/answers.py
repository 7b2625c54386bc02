"""Answers to questions that lead to one another, remembered: neither cycles nor the order of asking change them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeAlias, TypeVar

# How many calls, attributes and aliases one question leads through before it is given up.
_DEPTH = 24
# How many references one question may lead through: no program that a person wrote needs as many.
_STEPS = 800
# How many questions that lead to one another are remembered with an answer.
_CIRCLE = 100

_Found = TypeVar("_Found")
_NONE: frozenset[Hashable] = frozenset()


# What was found, and how deep below the question. Where a question met itself on the way, the answer holds only in like
# circumstances: when of the questions met on the way (the third) those of the fourth are being answered, and no others.
_Answer: TypeAlias = "tuple[Any, int, frozenset[Hashable], frozenset[Hashable]]"


class Answers:
    """The questions that were asked of one project, and what was found.

    Answers do not depend on what was asked before, nor therefore on the order of files: what is remembered is what
    would be found anew. An answer that was cut short at some depth is one for that depth only; one for which there
    were too many steps to take holds for a question that stands by itself (``_whole``).
    """

    def __init__(self) -> None:
        self._memo: dict[Hashable, _Answer] = {}
        # What was cut short, by question and depth.
        self._short: dict[tuple[Hashable, int], _Answer] = {}
        self._whole: dict[Hashable, Any] = {}
        # The questions that are being answered, so that a cycle ends, and another question is one of their steps; what
        # has been asked since the first of them; what of it has been met again.
        self.asking: set[Hashable] = set()
        self._trail: list[Hashable] = []
        self._open: frozenset[Hashable] = _NONE
        # How often the limit of depth has cut an answer short.
        self._cuts: int = 0
        # How many references the question from outside has led through by now.
        self.steps: int = 0
        self._deepest: int = 0

    def recall(self, key: Hashable, depth: int) -> Any | None:
        """What is remembered of ``key`` without condition; the quick way, for most questions have been asked before."""
        known = self._memo.get(key)
        if known is None:
            return None
        found, height, met, _ = known
        if met or depth + height > _DEPTH:
            return None
        if depth + height > self._deepest:
            self._deepest = depth + height
        return found

    def ask(
        self,
        key: Hashable | None,
        depth: int,
        find: Callable[[], _Found],
        otherwise: _Found,
        while_asked: Hashable = None,
    ) -> _Found:
        """The answer to the question ``key``, remembered or by ``find``; ``otherwise`` where the question meets itself.

        Without a key nothing is remembered. It meets itself while ``while_asked`` (else ``key``) is being answered.
        """
        known = self._memo.get(key)
        if known is None or depth + known[1] > _DEPTH:
            known = self._short.get((key, depth)) if self._short else None
        found: _Found
        if known is not None:
            found, height, met, opened = known
            if not met or met & self.asking == opened:
                if depth + height > self._deepest:
                    self._deepest = depth + height
                if depth + height > _DEPTH:
                    self._cuts += 1
                if opened:
                    self._open |= opened
                    self._trail.extend(met)
                return found
        whole = depth == 0 and key is not None and not self.asking
        if whole and key in self._whole:
            held: _Found = self._whole[key]
            return held
        active = while_asked or key
        if active in self.asking:
            self._open |= {active}
            return otherwise
        cuts, steps, deepest, open, start = self._cuts, self.steps, self._deepest, self._open, len(self._trail)
        self.steps, self._deepest, self._open = 0 if whole else steps, depth, _NONE
        self.asking.add(active)
        self._trail.append(active)
        try:
            found = find()
        finally:
            self.asking.discard(active)
            large, met, still_open = False, _NONE, _NONE  # each empty set that is made would be another
            if self._open:
                large = len(self._trail) - start > _CIRCLE
                met = _NONE if large else frozenset(self._trail[start:])
                still_open = (self._open - {active}) or _NONE
            if not still_open:
                del self._trail[start:]
            self._open = open | still_open if still_open else open
        if self.steps > _STEPS:
            if whole:
                self._whole[key] = found
        elif key is not None and not large and not (known is not None and still_open):
            answer = found, self._deepest - depth, met, still_open
            if cuts == self._cuts:
                self._memo[key] = answer
            else:
                self._short[key, depth] = answer
        if deepest > self._deepest:
            self._deepest = deepest
        if whole:
            self.steps = steps
        return found

    def is_cut(self, depth: int) -> bool:
        """Whether a limit is met at ``depth``, so that the answer is cut short."""
        if depth > self._deepest:
            self._deepest = depth
        if depth > _DEPTH:
            self._cuts += 1
        return depth > _DEPTH or self.steps > _STEPS
