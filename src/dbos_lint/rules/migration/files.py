"""The files of a program as trees in which one can look around: what holds a node, which names mean a variable."""

from __future__ import annotations

import ast
import io
import os
import re
import tokenize
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, TypeVar

from dbos_lint.rules.migration.naming import FUNCTIONS, FunctionNode, Nodes, Variables
from dbos_lint.rules.migration.texts import Texts, calls_of
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.collect import Collected
from dbos_lint.semantics.names import Names
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.sites import MODULE, Call
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.syntax.parse import decode
from dbos_lint.syntax.spans import Span, span_of
from dbos_lint.syntax.trees import parents

T = TypeVar("T")
_TO_TOOLS = re.compile(r"#\s*(noqa|nosec|type:|pyright:|mypy:|pylint:|ruff:|fmt:|isort:|pragma|dbos-lint)")


class UnsureError(Exception):
    """That a rewrite is not certain; the message is the reason, as a clause."""


@dataclass
class File:
    """A file of the program; its tree is shared where it is not the linted one's."""

    collected: Collected
    source: bytes
    is_shared: bool = False

    @property
    def module(self) -> Module:
        return self.collected.summary

    @property
    def path(self) -> str:
        return self.module.path

    @property
    def tree(self) -> ast.Module:
        return self.collected.tree

    @cached_property
    def parents(self) -> dict[int, ast.AST]:
        return (_shared_parents if self.is_shared else parents)(self.tree)

    @cached_property
    def lines(self) -> list[bytes]:
        return [line.encode(errors="replace") for line in decode(self.source).split("\n")]

    @cached_property
    def calls(self) -> dict[int, Call]:
        """The record of each call, by its node."""
        return {id(node): call for node, call in self.collected.nodes.calls}

    # ------------------------------------------------------------------ looking around

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """What ``node`` stands in, from the inside."""
        while (parent := self.parents.get(id(node))) is not None:
            yield parent
            node = parent

    def parent(self, node: ast.AST) -> ast.AST:
        return self.parents[id(node)]

    def statement(self, node: ast.AST) -> ast.stmt:
        """The innermost statement that holds ``node``."""
        return next(each for each in (node, *self.around(node)) if isinstance(each, ast.stmt))

    def siblings(self, statement: ast.stmt) -> list[ast.stmt]:
        """The block that ``statement`` is in."""
        parent = self.parent(statement)
        if id(parent) not in self._blocks:
            blocks = [value for _, value in ast.iter_fields(parent) if isinstance(value, list)]
            self._blocks[id(parent)] = {id(each): block for block in blocks for each in block}
        return self._blocks[id(parent)][id(statement)]

    @cached_property
    def _blocks(self) -> dict[int, dict[int, list[ast.stmt]]]:
        """The blocks of each node that was asked about, by what stands in them."""
        return {}

    def function(self, node: ast.AST) -> Function | None:
        """The function that ``node``, a ``def`` or a lambda, is."""
        number = self.collected.marks.functions.get(id(node))
        return None if number is None else self.module.functions[number]

    def outer(self, node: ast.AST) -> FunctionNode | None:
        """The innermost function whose body ``node`` is in."""
        return next((each for each in self.around(node) if isinstance(each, FUNCTIONS)), None)

    def place(self, node: ast.expr | ast.stmt) -> Place:
        outer = self.outer(node)
        function = self.function(outer) if outer is not None else None
        return Place(function.scope if function is not None else MODULE, node.lineno)

    def is_global(self, node: ast.AST) -> bool:
        """Whether ``node`` is in the module's own code, outside of classes too."""
        return not any(isinstance(each, (*FUNCTIONS, ast.ClassDef)) for each in self.around(node))

    def call_at(self, span: Span) -> ast.Call | None:
        """The call whose own span, or that of what it calls, is ``span``."""
        return self._calls_at.get(span)

    @cached_property
    def _calls_at(self) -> dict[Span, ast.Call]:
        found: dict[Span, ast.Call] = {}
        for node, _ in self.collected.nodes.calls:
            found.setdefault(span_of(node), node)
            found.setdefault(span_of(node.func), node)
        return found

    def where(self, node: ast.expr | ast.stmt) -> str:
        """The place of ``node`` in words."""
        return f"{os.path.basename(self.path)}:{node.lineno}"

    def text(self, span: Span) -> str:
        """The text at ``span``."""
        rows = self.lines[span.row - 1 : span.end_row]
        if len(rows) == 1:
            return rows[0][span.col : span.end_col].decode()
        return b"\n".join([rows[0][span.col :], *rows[1:-1], rows[-1][: span.end_col]]).decode()

    def comments(self, node: ast.stmt | ast.expr) -> list[str]:
        """The comments in a statement or decorator and behind it, without those that speak to tools."""
        first, last = node.lineno - 1, node.end_lineno or node.lineno
        behind = self._behind(node) if isinstance(node, ast.stmt) else None
        end = node.end_col_offset if behind is not None and behind.lineno == last else None
        rows = [*self.lines[first : last - 1], self.lines[last - 1][:end]]
        text = b"\n".join([rows[0][node.col_offset :], *rows[1:]]).decode()
        found: list[str] = []
        with suppress(tokenize.TokenError, SyntaxError):
            tokens = tokenize.generate_tokens(io.StringIO(text).readline)
            found.extend(token.string for token in tokens if token.type == tokenize.COMMENT)
        return [comment for comment in found if not _TO_TOOLS.match(comment)]

    def has_its_lines(self, statement: ast.stmt) -> bool:
        """Whether nothing else than a comment stands on the lines of ``statement``."""
        span = span_of(statement)
        before, behind = self.lines[span.row - 1][: span.col], self.lines[span.end_row - 1][span.end_col :]
        return not before.strip() and behind.strip()[:1] in (b"", b"#")

    def _behind(self, statement: ast.stmt) -> ast.stmt | None:
        """The statement behind ``statement`` in its block."""
        block = self.siblings(statement)
        index = block.index(statement) + 1
        return block[index] if index < len(block) else None

    # ------------------------------------------------------------------ names

    def names(self, name: str, root: ast.Module | FunctionNode) -> list[ast.Name]:
        """The names that mean the variable ``name`` of ``root``."""
        found: list[ast.Name] = []
        for each in self._variables.of(name, root):
            if isinstance(each, ast.ClassDef):
                raise UnsureError(f"the class '{each.name}' has a '{name}' of its own")
            found.append(each)
        return found

    @cached_property
    def _variables(self) -> Variables:
        return Variables(self.tree, self.module, self.function)

    @cached_property
    def nodes(self) -> Nodes:
        """The imports of the file, and what its nodes name."""
        return (_shared_nodes if self.is_shared else Nodes)(self.tree)


class Files:
    """The files of the linted one's project that concern dbos. What is found with all of them rests on all: they are
    not looked at before that is needed."""

    def __init__(self, here: Here) -> None:
        self._here = here
        self._project = here.resolver.project
        self._names = here.analysis.names
        self._files: dict[str, File | None] = {}

    @cached_property
    def _shared(self) -> Texts:
        return self._names.of_all(Texts)

    @property
    def is_outside(self) -> bool:
        """Whether the linted file is none of those that its project has for all others: it was named by itself."""
        return self._here.module.path not in self._shared.sources

    @cached_property
    def texts(self) -> Texts:
        """What tells of the files where their trees are not wanted."""
        return Texts(self._names, self._here.module) if self.is_outside else self._shared

    def once(self, what: str, find: Callable[[], T]) -> T:
        """What ``find`` tells of all files, without their trees: remembered as ``what``, for each that is linted."""
        if what not in self._known_of_all:
            self._known_of_all[what] = find()
        found: T = self._known_of_all[what]
        return found

    @cached_property
    def _known_of_all(self) -> dict[str, Any]:
        return {} if self.is_outside else self._names.of_all(_nothing)

    @property
    def own(self) -> File:
        """The linted file."""
        found = self.of(self._here.module)
        assert found is not None
        return found

    def naming(self, name: str) -> Iterator[File]:
        """The files that may name something ``name``, in the order of their paths."""
        return self._known(self.texts.naming(name))

    def calling(self, word: str, name: str) -> Iterator[File]:
        """The files whose text holds ``word`` and that call ``name``: their summaries tell, so that most trees are not
        wanted."""
        return self._known(self.texts.calling(word, name))

    def _known(self, modules: Iterable[Module]) -> Iterator[File]:
        return (found for module in modules if (found := self.of(module)) is not None)

    def calls(self, file: File, name: str) -> Iterator[tuple[ast.Call, Call]]:
        """The calls of ``name``, a qualified one, in a file."""
        numbers = calls_of(self._names, file.module, name)
        return ((node, call) for node, call in file.collected.nodes.calls if call.number in numbers)

    def strangers(self, called: str, name: str) -> Iterator[File]:
        """The other files of the project that import something ``called`` so, and whose text holds ``name``."""
        for path in self.texts.importing(called):
            found = self.at(path) if name.encode() in (self._project.read(path) or b"") else None
            if found is not None:
                yield found

    def of(self, module: Module) -> File | None:
        if module.path not in self._files:
            self._files[module.path] = self._read(module)
        return self._files[module.path]

    def _read(self, module: Module) -> File | None:
        source = self._project.read(module.path) or b""
        if module.path == self._here.module.path:
            return File(self._here.collected, source)
        known = self._project.tree(module.path)
        return File(known[1], source, is_shared=True) if known is not None else None

    def at(self, path: str) -> File | None:
        module = self._project.module(path) if path.endswith(".py") else None
        return self.of(module) if module is not None else None


def _nothing(names: Names) -> dict[str, Any]:
    """What is known of all files of a project before somebody asks."""
    return {}


# The trees of other files are wanted for each file of the project that has something to migrate.
_shared_parents = lru_cache(maxsize=256)(parents)
_shared_nodes = lru_cache(maxsize=256)(Nodes)
