"""Shapes of functions that run each other, laid out in a line that can be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

from dbos_lint.records import NamedTuple
from dbos_lint.semantics.values import FunctionKey
from dbos_lint.shape.values import Choice, Deprecated, Durable, Loop, Node, Patched, Place, Runs, Shape


class Token(NamedTuple):
    """A link of a shape laid out in a line: the name of what is recorded, or a bracket around a branch or loop."""

    text: str
    place: Place | None
    recorded: bool


class Line(NamedTuple):
    """A shape laid out. Where it is ``cut``, more may come: it took too many steps to tell."""

    tokens: Sequence[Token]
    cut: bool


class Patches(NamedTuple):
    """The patch names of a shape: those that are asked for, and those that are deprecated."""

    asked: frozenset[str]
    deprecated: frozenset[str]


_OPEN, _NEXT, _CLOSE = (Token(text, None, False) for text in "(|)")
_REPEAT = Token("*(", None, False)
# Deeper than people call helpers, and bounds on what functions that call one another make of each other.
_DEPTH = 30
_TOKENS = 20_000
_STEPS = 200_000


class _Bracket:
    """Around a loop or branches: it opens with the first token in it, and never without one."""

    __slots__ = ("opening", "passed")

    def __init__(self, opening: Token) -> None:
        self.opening = opening
        self.passed = 0  # branches before the one at hand


class _Next(NamedTuple):
    """Between two branches."""

    bracket: _Bracket


class _Close(NamedTuple):
    """Behind the last branch."""

    bracket: _Bracket


class _Return:
    """Behind what a function records."""

    __slots__ = ()


_Step: TypeAlias = Node | _Next | _Close | _Return


class Layout:
    """Lays shapes out in a line of tokens. ``shapes`` holds those of all functions of the project."""

    def __init__(self, shapes: Mapping[FunctionKey, Shape]) -> None:
        self._shapes = shapes
        self._texts: dict[FunctionKey, tuple[str, ...]] = {}

    def line(self, function: FunctionKey, taken: Callable[[str], bool], marked: Callable[[str], bool]) -> Line:
        """What ``function`` records where the patches that are ``taken`` are: markers for those that are ``marked``."""
        found: list[Token] = []
        waiting: list[_Bracket] = []
        inside: list[FunctionKey] = []
        todo: list[_Step] = [*reversed(self._shapes[function])]
        steps = 0
        while todo and len(found) < _TOKENS:
            if (steps := steps + 1) > _STEPS:
                return Line(found, True)
            step = todo.pop()
            if isinstance(step, Runs):
                if step.function in self._recording and step.function not in inside and len(inside) < _DEPTH:
                    inside.append(step.function)
                    todo.append(_Return())
                    todo += reversed(self._shapes[step.function])
            elif isinstance(step, _Return):
                inside.pop()
            elif isinstance(step, Loop | Choice):
                bracket = _Bracket(_REPEAT if isinstance(step, Loop) else _OPEN)
                waiting.append(bracket)
                todo += reversed([*_separated(_parts(step), _Next(bracket)), _Close(bracket)])
            elif isinstance(step, _Next | _Close):
                opened = step.bracket not in waiting
                if opened:
                    found.append(_NEXT if isinstance(step, _Next) else _CLOSE)
                elif isinstance(step, _Next):
                    step.bracket.passed += 1
                else:
                    waiting.pop()
            else:
                if (token := _token(step, taken, marked)) is not None:
                    for bracket in waiting:
                        found += [bracket.opening, *[_NEXT] * bracket.passed]
                    waiting.clear()
                    found.append(token)
                if isinstance(step, Patched):
                    todo += reversed(step.new if taken(step.name) else step.old)
        return Line(found[:_TOKENS], False)

    def texts(self, function: FunctionKey) -> tuple[str, ...]:
        """What ``function`` records, as texts, where every patch is taken."""
        if function not in self._texts:
            line = self.line(function, lambda _: True, lambda _: True)
            self._texts[function] = tuple(token.text for token in line.tokens)
        return self._texts[function]

    def patches(self, function: FunctionKey) -> Patches:
        """The patches that ``function`` and what it runs ask for."""
        asked: set[str] = set()
        deprecated: set[str] = set()
        seen = {function}
        for key in (todo := [function]):
            for node in _nodes(self._shapes.get(key, ())):
                if isinstance(node, Patched):
                    asked.add(node.name)
                elif isinstance(node, Deprecated):
                    deprecated.add(node.name)
                elif isinstance(node, Runs) and node.function not in seen:
                    seen.add(node.function)
                    todo.append(node.function)
        return Patches(frozenset(asked), frozenset(deprecated))

    @cached_property
    def _recording(self) -> set[FunctionKey]:
        """The functions that may record anything, themselves or by what they run: most helpers do not."""
        callers: dict[FunctionKey, list[FunctionKey]] = {}
        found: set[FunctionKey] = set()
        for key, shape in self._shapes.items():
            for node in _nodes(shape):
                if isinstance(node, Runs):
                    callers.setdefault(node.function, []).append(key)
                elif isinstance(node, Durable | Patched | Deprecated):
                    found.add(key)
        for key in (todo := [*found]):
            fresh = [caller for caller in callers.get(key, ()) if caller not in found]
            found.update(fresh)
            todo += fresh
        return found


def _nodes(shape: Shape) -> Iterator[Node]:
    """What is in ``shape``, at any depth, in no order."""
    todo = [*shape]
    while todo:
        yield (node := todo.pop())
        for part in _parts(node):
            todo += part


def _parts(node: Node) -> tuple[Shape, ...]:
    if isinstance(node, Choice):
        return node.branches
    if isinstance(node, Loop):
        return (node.body,)
    return (node.new, node.old) if isinstance(node, Patched) else ()


def _separated(parts: tuple[Shape, ...], separator: _Next) -> Iterator[_Step]:
    for number, part in enumerate(parts):
        if number:
            yield separator
        yield from part


def _token(
    node: Durable | Patched | Deprecated, taken: Callable[[str], bool], marked: Callable[[str], bool]
) -> Token | None:
    """What a node records by itself."""
    if isinstance(node, Durable):
        return Token(node.name, node.place, True)
    if not marked(node.name) or (isinstance(node, Patched) and not taken(node.name)):
        return None
    return Token(f"patch {node.name}", node.place, True)
