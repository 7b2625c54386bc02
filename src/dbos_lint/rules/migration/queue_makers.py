"""The calls that make the queues of a project."""

from __future__ import annotations

import ast
from functools import cached_property

from dbos_lint.catalog import api
from dbos_lint.records import NamedTuple
from dbos_lint.rules.migration.files import File, Files
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.summary import Module
from dbos_lint.syntax.spans import Span, span_of


class Made(NamedTuple):
    """A call that makes a queue, and the names that it is assigned to."""

    module: Module
    span: Span
    names: tuple[str, ...]


class QueueMakers:
    """The calls ``Queue(...)`` of the project of the linted file."""

    def __init__(self, here: Here) -> None:
        self._names = here.analysis.names
        self._files = here.once(Files)
        self._found: dict[str, dict[Span, ast.Call]] = {}

    @cached_property
    def made(self) -> tuple[Made, ...]:
        """All of them, as their files tell."""
        return self._files.once("queues", self._find)

    def _find(self) -> tuple[Made, ...]:
        modules = self._files.texts.calling("Queue", api.QUEUE)
        return tuple(made for module in modules for made in self._names.once("queues", module, self._of))

    @cached_property
    def by_name(self) -> dict[str, dict[str, list[int]]]:
        """The numbers of the queues that are assigned to a name, by the name and the file."""
        return self._files.once("queues by name", self._find_by_name)

    def _find_by_name(self) -> dict[str, dict[str, list[int]]]:
        found: dict[str, dict[str, list[int]]] = {}
        for number, made in enumerate(self.made):
            for name in made.names:
                found.setdefault(name, {}).setdefault(made.module.path, []).append(number)
        return found

    def node(self, made: Made) -> tuple[File, ast.Call]:
        """The call in its file."""
        file = self._files.of(made.module)
        assert file is not None
        return file, self.within(file)[made.span]

    def within(self, file: File) -> dict[Span, ast.Call]:
        """Those of one file, by where they stand."""
        if file.path not in self._found:
            made = (node for node, _ in self._files.calls(file, api.QUEUE) if not _is_internal(node))
            self._found[file.path] = {span_of(node): node for node in made}
        return self._found[file.path]

    def _of(self, module: Module) -> tuple[Made, ...]:
        file = self._files.of(module)
        if file is None:
            return ()
        return tuple(Made(module, span, _assigned(file.parent(node))) for span, node in self.within(file).items())


def _assigned(statement: ast.AST) -> tuple[str, ...]:
    """The names that a statement assigns something to."""
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    return tuple(each.id for each in targets if isinstance(each, ast.Name))


def _is_internal(node: ast.Call) -> bool:
    """With a token, dbos itself makes queues."""
    return any(each.arg == "token" for each in node.keywords)
