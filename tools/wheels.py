"""The public API of one release of dbos, told from the text of its wheel: nothing of dbos is imported.

A symbol is written as its users write it: ``X``, ``X.member``, ``X(parameter)``, ``X.method(parameter)`` and ``X[key]``
of a TypedDict; ``error.E`` is an exception.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeAlias

FunctionNode: TypeAlias = "ast.FunctionDef | ast.AsyncFunctionDef"

# Types of parameters and results that dbos did not, or does not yet, export.
UNEXPORTED = frozenset(
    [
        "ClientScheduleInput",
        "DatasourceOptions",
        "EnqueueOptions",
        "QueueRateLimit",
        "ScheduleInput",
        "SendMessage",
        "StepInfo",
        "StepOptions",
        "StepStatus",
        "VersionInfo",
        "WorkflowSchedule",
        "WorkflowStatus",
    ]
)
# What is set on these objects is their own business, though it has no underscore.
_SECRETIVE = frozenset(
    [
        "DBOS",
        "DBOSClient",
        "DBOSContextEnsure",
        "DBOSContextSetAuth",
        "Debouncer",
        "DebouncerClient",
        "PropagateOtelContext",
        "SetEnqueueOptions",
        "SetShardKey",
        "SetWorkflowAttributes",
        "SetWorkflowID",
        "SetWorkflowTimeout",
        "SetWorkflowUUID",
    ]
)
# The public names of handles, of which there are several classes.
_HANDLES = ("WorkflowHandle", "WorkflowHandleAsync")
_PRIVATE_FOLDERS = ("_templates", "templates", "_alembic", "_migrations", "migrations", "_schemas", "schemas")


class Fact(NamedTuple):
    """What a release makes of a symbol.

    ``kind`` is ``class`` or ``function`` (both can be called, with the parameters that are told), ``type`` (no more is
    told of its constructor), ``value``, ``key``, ``parameter``, ``module``, or ``internal``: there, and meant for
    nobody. ``position`` is that of a positional parameter.
    """

    kind: str
    position: int | None = None


@dataclass
class Package:
    """The modules of dbos, as parsed."""

    trees: dict[str, ast.Module]
    sources: dict[str, str]
    defined: dict[str, dict[str, ast.stmt]] = field(default_factory=dict)
    imported: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Package:
        """The package in ``folder``, where a wheel was unpacked."""
        sources: dict[str, str] = {}
        for path in sorted(folder.glob("dbos/**/*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            if not set(parts) & set(_PRIVATE_FOLDERS):
                name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
                sources[name] = path.read_text("utf-8")
        package = cls({name: ast.parse(source) for name, source in sources.items()}, sources)
        for name, tree in package.trees.items():
            package.defined[name] = dict(_definitions(tree))
            package.imported[name] = dict(_imports(name, tree, (folder / name.replace(".", "/")).is_dir()))
        return package

    def find(self, module: str, name: str, depth: int = 0) -> tuple[str, ast.stmt] | None:
        """What ``name`` of ``module`` is, through re-exports."""
        if name in self.defined.get(module, {}):
            return module, self.defined[module][name]
        if depth < 8 and name in self.imported.get(module, {}):
            return self.find(*self.imported[module][name], depth + 1)
        return None

    def classes(self) -> Iterator[tuple[str, ast.ClassDef]]:
        for module, statements in sorted(self.defined.items()):
            for statement in statements.values():
                if isinstance(statement, ast.ClassDef):
                    yield module, statement

    def modules(self) -> frozenset[str]:
        """The public modules and folders below ``dbos``, without that prefix."""
        paths = [name.split(".")[1:] for name in self.trees]
        public = [path for path in paths if not any(part.startswith("_") for part in path)]
        return frozenset(".".join(path[: end + 1]) for path in public for end in range(len(path)))


def symbols(package: Package) -> dict[str, Fact]:
    """Every symbol of a release."""
    found: dict[str, Fact] = {}
    told: set[str] = set()
    for name in package.imported["dbos"]:
        source, original = package.imported["dbos"][name]
        if name.startswith("_") or source.partition(".")[0] != "dbos":
            continue
        if f"{source}.{original}" in package.trees:
            found[name] = Fact("module")
            continue
        definition = package.find(source, original)
        if definition is None:
            found[name] = Fact("value")
            continue
        module, node = definition
        if isinstance(node, ast.ClassDef):
            told.add(name)
            found.update(_class(package, name, module, node))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found[name] = Fact("function")
            found.update(_parameters(name, node, 0))
        else:
            found[name] = Fact("value")
    for module, node in package.classes():
        if node.name in UNEXPORTED - told:
            inner = _class(package, node.name, module, node)
            found.update((symbol, fact) for symbol, fact in inner.items() if symbol != node.name)
    found.update(_errors(package))
    for symbol in _attributes_of_handles(package):
        found.setdefault(symbol, Fact("internal"))
    return found


# ---------------------------------------------------------------- classes


def _class(package: Package, name: str, module: str, node: ast.ClassDef) -> dict[str, Fact]:
    """The class and its members, those of its bases in dbos among them."""
    kind = _kind(package, module, node)
    found: dict[str, Fact] = {name: Fact("type")}
    for _, owner in reversed(list(_lineage(package, module, node))):
        found.update(_members(name, owner, kind))
        if kind == "class":
            for attribute in _set_attributes(owner):
                found.setdefault(f"{name}.{attribute}", Fact("internal"))
            constructors = _functions(owner, "__init__") or _functions(owner, "__new__")
            for constructor in constructors[-1:]:
                found = {symbol: fact for symbol, fact in found.items() if not symbol.startswith(f"{name}(")}
                found[name] = Fact("class")
                found.update(_parameters(name, constructor, 1))
                if name not in _SECRETIVE:
                    attributes = _set_attributes(constructor)
                    found.update((f"{name}.{a}", Fact("value")) for a in attributes if _is_new(found, f"{name}.{a}"))
    return found


def _is_new(found: dict[str, Fact], symbol: str) -> bool:
    return symbol not in found or found[symbol].kind == "internal"


def _members(name: str, owner: ast.ClassDef, kind: str) -> Iterator[tuple[str, Fact]]:
    for statement in _statements(owner.body):
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if statement.name.startswith("_"):
                continue
            decorators = {_last(decorator) for decorator in statement.decorator_list}
            symbol = f"{name}.{statement.name}"
            if decorators & {"property", "classproperty", "cached_property", "setter"}:
                yield symbol, Fact("value")
            else:
                yield symbol, Fact("function")
                yield from _parameters(symbol, statement, 0 if "staticmethod" in decorators else 1)
        else:
            for attribute in _names(statement):
                yield (
                    (f"{name}[{attribute}]", Fact("key"))
                    if kind == "dict"
                    else (f"{name}.{attribute}", Fact("internal" if name in _SECRETIVE else "value"))
                )


def _kind(package: Package, module: str, node: ast.ClassDef) -> str:
    bases = {_last(base) for _, owner in _lineage(package, module, node) for base in owner.bases}
    decorators = {_last(decorator) for decorator in node.decorator_list}
    if "TypedDict" in bases:
        return "dict"
    return "data" if bases & {"NamedTuple", "Protocol", "Enum", "str"} or "dataclass" in decorators else "class"


def _lineage(package: Package, module: str, node: ast.ClassDef) -> Iterator[tuple[str, ast.ClassDef]]:
    yield module, node
    for base in node.bases:
        found = package.find(module, _last(base))
        if found is not None and isinstance(found[1], ast.ClassDef):
            yield from _lineage(package, found[0], found[1])


def _set_attributes(node: ast.AST) -> list[str]:
    """The public attributes that ``node`` sets on ``self``."""
    return sorted(
        {
            target.attr
            for target in ast.walk(node)
            if isinstance(target, ast.Attribute)
            and isinstance(target.ctx, ast.Store)
            and isinstance(target.value, ast.Name)
            and target.value.id == "self"
            and not target.attr.startswith("_")
        }
    )


def _attributes_of_handles(package: Package) -> Iterator[str]:
    """What objects have that users know as handles."""
    for module, node in package.classes():
        owners = {owner.name for _, owner in _lineage(package, module, node)} & set(_HANDLES)
        for owner in owners:
            for attribute in (*_set_attributes(node), *(name for s in _statements(node.body) for name in _names(s))):
                yield f"{owner}.{attribute}"


def _errors(package: Package) -> Iterator[tuple[str, Fact]]:
    module = "dbos._error" if "dbos._error" in package.trees else "dbos.error"
    for name, node in package.defined[module].items():
        kind = "type" if isinstance(node, ast.ClassDef) else "internal"
        yield f"error.{name}", Fact(kind if name != "DBOSErrorCode" else "internal")
    for name in package.imported[module]:
        yield f"error.{name}", Fact("internal")


# ---------------------------------------------------------------- functions


def _parameters(owner: str, node: FunctionNode, skipped: int) -> Iterator[tuple[str, Fact]]:
    """The parameters after the first ``skipped``, which is ``self`` or ``cls``."""
    for position, arg in enumerate([*node.args.posonlyargs, *node.args.args][skipped:]):
        yield f"{owner}({arg.arg})", Fact("parameter", position)
    if node.args.vararg:
        yield f"{owner}(*args)", Fact("parameter")
    for arg in node.args.kwonlyargs:
        yield f"{owner}({arg.arg})", Fact("parameter")
    if node.args.kwarg:
        yield f"{owner}(**kwargs)", Fact("parameter")


# ---------------------------------------------------------------- statements


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module or class, those under conditions among them."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.If):
            yield from _statements(statement.body)
            yield from _statements(statement.orelse)
        elif isinstance(statement, ast.Try):
            yield from _statements(statement.body)
            for handler in statement.handlers:
                yield from _statements(handler.body)


def _definitions(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    for statement in _statements(tree.body):
        if isinstance(statement, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield statement.name, statement
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    yield target.id, statement


def _imports(module: str, tree: ast.Module, is_package: bool) -> Iterator[tuple[str, tuple[str, str]]]:
    for statement in _statements(tree.body):
        if isinstance(statement, ast.ImportFrom):
            parts = module.split(".")
            kept = parts[: len(parts) - statement.level + is_package] if statement.level else []
            source = ".".join([*kept, *([statement.module] if statement.module else [])])
            for alias in statement.names:
                yield alias.asname or alias.name, (source, alias.name)
        elif isinstance(statement, ast.Import):
            for alias in statement.names:
                yield alias.asname or alias.name.partition(".")[0], (alias.name, "")


def _names(statement: ast.stmt) -> list[str]:
    """The public names that a statement of a class body binds or declares."""
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    return [name for name in names if not name.startswith("_")]


def _functions(owner: ast.ClassDef, name: str) -> list[FunctionNode]:
    return [
        statement
        for statement in _statements(owner.body)
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) and statement.name == name
    ]


def _last(node: ast.expr) -> str:
    """The last name of a base or decorator, without subscript or call."""
    while isinstance(node, (ast.Subscript, ast.Call)):
        node = node.value if isinstance(node, ast.Subscript) else node.func
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
