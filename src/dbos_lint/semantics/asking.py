"""Code that asks which dbos there is before it uses it: what it names need not be in the target version.

It asks by a test of the version or of an attribute, by ``if TYPE_CHECKING:``, or by handling the error.
"""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from dbos_lint.syntax.spans import first_row
from dbos_lint.syntax.trees import end_of, name_of, statements_in, targets_of, unparse, walk

_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "AttributeError", "TypeError"})
_BROAD = frozenset({"", "Exception", "BaseException"})
_QUESTIONS = frozenset({"hasattr", "getattr", "signature", "find_spec"})
_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_ANYTHING = frozenset({"*"})
_ASKING = frozenset({ast.Try, ast.With, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.IfExp, ast.BoolOp})
# What holds statements, and where.
_BODIES = ("body", "orelse", "finalbody")
_HOLDERS = frozenset(
    {ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.AsyncFor, ast.While, ast.If}
) | {ast.With, ast.AsyncWith, ast.Try, getattr(ast, "TryStar", ast.Try), ast.ExceptHandler, ast.match_case}


class _Stretch:
    """Rows under a question, and the names that it is about."""

    __slots__ = ("about", "first", "last")

    def __init__(self, first: int, last: int, about: frozenset[str]) -> None:
        self.first = first
        self.last = last
        self.about = about


class Asking:
    """The rows of one file that stand under such a question.

    ``has`` tells which names the target version has: who tries to import those asks for dbos, not for a version of it.
    """

    def __init__(self, tree: ast.Module, has: Callable[[str], bool]) -> None:
        self._tree = tree
        self._has = has
        self._inside: dict[int, list[_Stretch]] = {}
        self._answers: dict[str, bool] = {}

    def covers(self, row: int, name: str) -> bool:
        """Whether it is asked, around ``row``, if there is ``name``."""
        return any(
            each.first <= row <= each.last and (each.about == _ANYTHING or name in each.about)
            for each in self._around(row)
        )

    def _around(self, row: int) -> Iterator[_Stretch]:
        """The stretches that may hold ``row``: those of the module's own statements, and all in that which holds it.
        Most files have much to look through, and few rows that are asked about."""
        yield from self._outermost
        place = bisect_right(self._first_rows, row)
        while place and row <= (self._tree.body[place - 1].end_lineno or row):
            place -= 1
            if place not in self._inside:
                self._inside[place] = list(self._within(self._tree.body[place]))
            yield from self._inside[place]

    @cached_property
    def _outermost(self) -> list[_Stretch]:
        return list(self._after(self._tree))

    @cached_property
    def _first_rows(self) -> list[int]:
        return [first_row(each) for each in self._tree.body]

    def _within(self, statement: ast.stmt) -> Iterator[_Stretch]:
        for node in walk(statement):
            if node.__class__ in _ASKING:
                yield from self._under(node)
            if node.__class__ in _HOLDERS:
                yield from self._after(node)

    def _is_answer(self, name: str) -> bool:
        """Whether ``name`` holds an answer: ``HAS_STREAMS = hasattr(DBOS, "write_stream")``."""
        if name not in self._answers:
            asked = (_asks(value, _is_nothing) for value in self._assigned.get(name, ()))
            self._answers[name] = name in self._told or any(asked)
        return self._answers[name]

    @cached_property
    def _statements(self) -> list[ast.stmt]:
        found = [*self._tree.body]
        for node in found:
            found += statements_in(node)
        return found

    @cached_property
    def _assigned(self) -> dict[str, list[ast.expr]]:
        """What is assigned to each name, anywhere in the file."""
        found: dict[str, list[ast.expr]] = {}
        for node in self._statements:
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                for name in _targets(node):
                    found.setdefault(name, []).append(node.value)
        return found

    @cached_property
    def _told(self) -> frozenset[str]:
        """The names that hold an answer by what is imported, or is not."""
        names: set[str] = set()
        for node in self._statements:
            if isinstance(node, ast.ImportFrom):
                names.update(each.asname for each in node.names if each.asname and each.name == "TYPE_CHECKING")
            elif isinstance(node, ast.Try) and _is_tolerant(node):
                missing = [alias for alias in _imported(node.body) if not self._has(alias.name)]
                names.update(alias.asname or alias.name for alias in missing)
                if missing:
                    names.update(name for each in node.body for name in _targets(each))
        return frozenset(names)

    def _under(self, node: ast.AST) -> Iterator[_Stretch]:
        """What stands under a question that ``node`` asks."""
        if isinstance(node, ast.Try):
            if _is_tolerant(node):
                yield _stretch(node, node, _ANYTHING)
        elif isinstance(node, ast.With):
            if _suppresses(node):
                yield _stretch(node, node, _ANYTHING)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for decorator in node.decorator_list:
                about = _asks(decorator, self._is_answer)
                if about:
                    yield _stretch(node, node, about)
        elif isinstance(node, (ast.IfExp, ast.BoolOp)):
            about = _asks(node.test if isinstance(node, ast.IfExp) else node.values[0], self._is_answer)
            if about:
                yield _stretch(node, node, about)

    def _after(self, node: ast.AST) -> Iterator[_Stretch]:
        """What stands under the conditions among the statements right within ``node``, or behind one that leaves."""
        for name in _BODIES:
            body: list[ast.stmt] = getattr(node, name, [])
            for each in body:
                if isinstance(each, ast.If):
                    about = _asks(each.test, self._is_answer)
                    if about:
                        leaves = not each.orelse and isinstance(end_of(each.body), _LEAVING)
                        yield _stretch(each.body[0], body[-1] if leaves else each, about)


def _is_nothing(name: str) -> bool:
    return False


def _asks(test: ast.expr, is_answer: Callable[[str], bool]) -> frozenset[str]:
    """What ``test`` asks for: a version of dbos, attributes by name, what a name stands for that holds an answer; or
    nothing."""
    nodes = walk(test)
    mentioned = {name for node in nodes if (name := name_of(node))}
    if "TYPE_CHECKING" in mentioned or any(map(is_answer, mentioned)):
        return _ANYTHING
    asks = bool(mentioned & _QUESTIONS)
    if asks or any("version" in name.lower() for name in mentioned):
        if "dbos" in unparse(test).lower():
            return _ANYTHING
        if asks:
            return frozenset(node.value for node in nodes if isinstance(node, ast.Constant) and type(node.value) is str)
    return frozenset()


def _is_tolerant(node: ast.Try) -> bool:
    """Whether a handler takes what a missing name raises; a broad one counts around imports only."""
    caught = {name for handler in node.handlers for name in _caught(handler.type)}
    return bool(caught & _ERRORS) or (bool(caught & _BROAD) and isinstance(node.body[0], (ast.Import, ast.ImportFrom)))


def _caught(type: ast.expr | None) -> Iterator[str]:
    for node in type.elts if isinstance(type, ast.Tuple) else [type]:
        yield name_of(node)


def _suppresses(node: ast.With) -> bool:
    """``with contextlib.suppress(AttributeError):``"""
    calls = (item.context_expr for item in node.items if isinstance(item.context_expr, ast.Call))
    return any(
        "suppress" in unparse(call.func) and any(name in _ERRORS for arg in call.args for name in _caught(arg))
        for call in calls
    )


def _imported(body: Iterable[ast.stmt]) -> Iterator[ast.alias]:
    for node in body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "dbos":
            yield from node.names


def _targets(node: ast.stmt) -> Iterator[str]:
    return (target.id for target in targets_of(node) if isinstance(target, ast.Name))


def _stretch(first: ast.stmt | ast.expr, last: ast.stmt | ast.expr, about: frozenset[str]) -> _Stretch:
    return _Stretch(first_row(first), last.end_lineno or last.lineno, about)
