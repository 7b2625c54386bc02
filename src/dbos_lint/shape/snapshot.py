"""All that a project's durable functions record, at one revision."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from dbos_lint.catalog import api
from dbos_lint.configuration import Configuration
from dbos_lint.discovery import discover
from dbos_lint.reading import read
from dbos_lint.semantics.entities import registered_name, registrations
from dbos_lint.semantics.program import Program
from dbos_lint.semantics.values import FunctionKey
from dbos_lint.settings import Settings
from dbos_lint.shape.build import shapes_of
from dbos_lint.shape.layout import Layout
from dbos_lint.shape.values import Place, Shape
from dbos_lint.syntax.parse import Fault
from dbos_lint.wording import cause

_VERSION = "application_version"


@dataclass(frozen=True, slots=True)
class Declared:
    """A durable function: ``kind`` is workflow, step or transaction, ``place`` its ``def``."""

    kind: str
    name: str
    place: Place
    function: FunctionKey


@dataclass(slots=True)
class Snapshot:
    """The durable functions of a project by name, and the shapes of all its functions.

    ``versions`` are the application versions that the configuration names, ``None`` for one that is computed;
    ``unread`` says of each file that could not be looked at why, in a clause.
    """

    declared: dict[str, Declared] = field(default_factory=dict)
    shapes: dict[FunctionKey, Shape] = field(default_factory=dict)
    versions: set[str | None] = field(default_factory=set)
    unread: dict[str, str] = field(default_factory=dict)
    layout: Layout = field(init=False)

    def __post_init__(self) -> None:
        self.layout = Layout(self.shapes)

    def workflows(self) -> Iterator[Declared]:
        """Those whose shape is known: that of a lambda is not."""
        return (each for each in self.declared.values() if each.kind == api.WORKFLOW and each.function in self.shapes)


def snapshot(paths: tuple[str, ...], configuration: Configuration) -> Snapshot:
    """Read the project's files below ``paths``."""
    found = Snapshot()
    discovered = discover(paths, configuration)
    files = discovered.files
    found.unread.update(discovered.unreadable)
    programs: dict[Settings, Program] = {}
    for path in files:
        settings = configuration.for_file(path)
        if settings not in programs:
            programs[settings] = Program(settings, files)
        try:
            reason = _add(found, programs[settings], path)
        except Exception as error:  # one file must never end the run
            del programs[settings]
            reason = f"dbos-lint itself failed on it ({type(error).__name__}); please report this"
        if reason:
            found.unread[path] = reason
    return found


def _add(found: Snapshot, program: Program, path: str) -> str:
    """Add what is in a file, or say why that cannot be."""
    try:
        source = read(path)
    except (OSError, MemoryError) as error:
        return f"it cannot be read: {cause(error)}"
    if not program.concerns(path, source):
        return ""
    linted = program.linted(path, source)
    if isinstance(linted, Fault):
        return linted.message
    parsed, collected = linted
    found.versions.update(_versions(parsed.tree))
    shapes, _ = program.ask(lambda analysis: shapes_of(analysis, collected))
    found.shapes.update(shapes)
    module = collected.summary
    for registration in registrations(program.analysis.resolver, module):
        function = module.functions[registration.function]
        name = registered_name(program.analysis.resolver, registration.entity) or function.qualname
        key = FunctionKey(path, function.id)
        found.declared.setdefault(name, Declared(registration.entity.kind, name, Place(path, function.span), key))
    return ""


def _versions(tree: ast.Module) -> Iterator[str | None]:
    """The values that are given to ``application_version``, anywhere in the file."""
    for node in ast.walk(tree):
        values: list[ast.expr] = []
        if isinstance(node, ast.Dict):
            keys = zip(node.keys, node.values, strict=True)
            values = [value for key, value in keys if isinstance(key, ast.Constant) and key.value == _VERSION]
        elif isinstance(node, ast.keyword) and node.arg == _VERSION:
            values = [node.value]
        for value in values:
            literal = value.value if isinstance(value, ast.Constant) else None
            yield literal if isinstance(literal, str) else None
