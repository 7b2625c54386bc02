"""Where a variable of a module is used, in all files of the project."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from dbos_lint.records import NamedTuple
from dbos_lint.rules.migration.files import File, Files, UnsureError
from dbos_lint.rules.migration.naming import FUNCTIONS, FunctionNode
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import is_exported
from dbos_lint.semantics.sites import MODULE
from dbos_lint.semantics.values import ModuleValue, Values
from dbos_lint.syntax.trees import dotted


class Use(NamedTuple):
    """An expression that reads the variable: its name, or an attribute of its module."""

    file: File
    node: ast.Name | ast.Attribute


@dataclass(slots=True)
class Uses:
    """The uses of a variable, the names that imports give it in other modules, and the imports inside functions."""

    uses: list[Use] = field(default_factory=list)
    imported: list[tuple[File, str, ast.ImportFrom]] = field(default_factory=list)
    within: list[tuple[File, ast.ImportFrom]] = field(default_factory=list)


def uses_of(here: Here, home: File, name: str) -> Uses:
    """What uses the variable ``name`` of the module ``home``, which is bound there once.

    Raises UnsureError where something may use it that is not seen.
    """
    return _Search(here.resolver, here.once(Files)).run(home, name)


class _Search:
    def __init__(self, resolver: Resolver, files: Files) -> None:
        self._resolver = resolver
        self._files = files
        self._found = Uses()
        self._known: dict[tuple[str, str], None] = {}
        self._todo: list[tuple[File, str]] = []

    def run(self, home: File, name: str) -> Uses:
        self._look_for(home, name)
        for file, local in self._todo:
            self._in_module(file, local, is_home=file is home)
            called = file.module.name.rpartition(".")[2]
            for other in self._files.strangers(called, local):
                self._check_lost(other, called, local)
            for other in self._speaking_of(file, called, local):
                self._check_strings(other, file, local)
                if other is not file:
                    self._check_lost(other, called, local)
                    self._imports(other, file, local)
                    self._attributes(other, file, local)
        return self._found

    def _look_for(self, file: File, name: str) -> None:
        if (file.path, name) not in self._known:
            self._known[file.path, name] = None
            self._todo.append((file, name))

    def _speaking_of(self, file: File, called: str, name: str) -> Iterator[File]:
        """The files that may speak of ``name`` in ``file``, which goes by ``called``, in their order: of those that
        name something so, none is compared with all others."""
        speaking = self._files.once(f"who speaks of {name}", partial(self._all_speaking, name))
        found = {path for what in (file.path, called, _stem(file)) for path in speaking.get(what, ())}
        return (other for path in sorted(found) if (other := self._files.at(path)) is not None)

    def _all_speaking(self, name: str) -> dict[str, dict[str, None]]:
        found: dict[str, dict[str, None]] = {}
        for file in self._files.naming(name):
            for what in (file.path, *self._spoken_of(file, name)):
                found.setdefault(what, {})[file.path] = None
        return found

    def _spoken_of(self, file: File, name: str) -> Iterator[str]:
        """The path of each module whose ``name`` the file may use, and what those are called that nobody knows."""
        for node in file.nodes.imports:
            if isinstance(node, ast.Import):
                unknown = (alias.name for alias in node.names if _is_unknown(self._resolver, file, alias.name, 0))
                yield from (each.rpartition(".")[2] for each in unknown)
            elif (found := self._resolver.project.find(node.module or "", node.level, file.path)) is None:
                yield from ((node.module or "").rpartition(".")[2], *(alias.name for alias in node.names))
            elif any(alias.name in (name, "*") for alias in node.names):
                yield found
        for attribute in file.nodes.attributes.get(name, ()):
            ref = dotted(attribute.value)
            for value in _modules(self._resolver, file, attribute, ref) if ref else ():
                if isinstance(value, ModuleValue):
                    yield value.path
        for text in file.nodes.strings.get(name, ()):
            yield str(text.value).rpartition(".")[0].rpartition(".")[2]

    def _in_module(self, file: File, name: str, is_home: bool) -> None:
        if len(file.module.scopes[MODULE].bindings.get(name, ())) > 1:
            raise UnsureError(f"'{name}' is bound more than once in {_name(file)}")
        for node in file.names(name, file.tree):
            if isinstance(node.ctx, ast.Load):
                self._found.uses.append(Use(file, node))
            elif not is_home or not file.is_global(node):
                raise UnsureError(f"'{name}' is bound more than once in {_name(file)}")

    def _imports(self, other: File, file: File, name: str) -> None:
        for node in other.nodes.imports:
            if not isinstance(node, ast.ImportFrom):
                continue
            if self._resolver.project.find(node.module or "", node.level, other.path) != file.path:
                continue
            for alias in node.names:
                if alias.name == name:
                    self._imported(other, node, alias.asname or name)
                elif alias.name == "*" and is_exported(file.module, name):
                    bound = other.module.scopes[MODULE].bindings
                    if name not in bound:
                        self._look_for(other, name)

    def _imported(self, other: File, node: ast.ImportFrom, local: str) -> None:
        outer = next((each for each in other.around(node) if isinstance(each, (*FUNCTIONS, ast.ClassDef))), None)
        if isinstance(outer, ast.ClassDef):
            raise UnsureError(f"the class '{outer.name}' imports it")
        if outer is None:
            self._found.imported.append((other, local, node))
            self._look_for(other, local)
            return
        assert isinstance(outer, FunctionNode)
        function = other.function(outer)
        if function is None or len(other.module.scopes[function.scope].bindings.get(local, ())) > 1:
            raise UnsureError(f"'{local}' is bound more than once in {_name(other)}")
        self._found.within.append((other, node))
        for name in other.names(local, outer):
            if not isinstance(name.ctx, ast.Load):
                raise UnsureError(f"'{local}' is bound more than once in {_name(other)}")
            self._found.uses.append(Use(other, name))

    def _attributes(self, other: File, file: File, name: str) -> None:
        """``module.name``"""
        for node in other.nodes.attributes.get(name, ()):
            ref = dotted(node.value)
            if ref and _modules(self._resolver, other, node, ref) == (ModuleValue(file.path),):
                if not isinstance(node.ctx, ast.Load):
                    raise UnsureError(f"{_name(other)} sets '{ref}.{name}'")
                self._found.uses.append(Use(other, node))

    def _check_lost(self, other: File, called: str, name: str) -> None:
        """An import of which it is not known which module ``called`` so it means may be what uses the variable."""
        modules: list[str] = []
        for node in other.nodes.imports:
            if isinstance(node, ast.ImportFrom) and _is_unknown(self._resolver, other, node.module or "", node.level):
                modules += [alias.asname or alias.name for alias in node.names if alias.name == called]
                if (node.module or "").rpartition(".")[2] == called and any(
                    alias.name in (name, "*") for alias in node.names
                ):
                    raise UnsureError(f"which '{called}' is imported cannot be told ({other.where(node)})")
            elif isinstance(node, ast.Import):
                named = (alias for alias in node.names if alias.name.rpartition(".")[2] == called)
                modules += [
                    alias.asname or alias.name for alias in named if _is_unknown(self._resolver, other, alias.name, 0)
                ]
        for use in other.nodes.attributes.get(name, ()) if modules else ():
            if dotted(use.value) in modules:
                raise UnsureError(f"which '{called}' is imported cannot be told ({other.where(use)})")

    def _check_strings(self, other: File, file: File, name: str) -> None:
        """A string may name the variable: in ``__all__``, or for what patches it."""
        stem = _stem(file)
        for node in other.nodes.strings.get(name, ()):
            text = str(node.value)
            if text == name and other is file and _is_exports(other, node):
                raise UnsureError(f"'{name}' is listed in __all__ of {_name(file)}")
            owner = text.rpartition(".")[0]
            if owner.rpartition(".")[2] == stem:
                raise UnsureError(f"the string '{text}' in {_name(other)} names it")


def imports_from(file: File, target: str, resolver: Resolver) -> Iterator[ast.ImportFrom]:
    """The imports at the top of ``file`` that take something from the module at the path ``target``."""
    for node in file.tree.body:
        if not isinstance(node, ast.ImportFrom) or any(alias.name == "*" for alias in node.names):
            continue
        if resolver.project.find(node.module or "", node.level, file.path) == target:
            yield node


def _is_exports(file: File, node: ast.AST) -> bool:
    statement = file.statement(node)
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return any(isinstance(each, ast.Name) and each.id == "__all__" for each in targets)


def _is_unknown(resolver: Resolver, file: File, name: str, level: int) -> bool:
    return resolver.project.find(name, level, file.path) is None


def _modules(resolver: Resolver, file: File, node: ast.Attribute, ref: str) -> Values:
    return resolver.resolve(file.module, ref, file.place(node))


def _stem(file: File) -> str:
    return os.path.basename(file.path).removesuffix(".py")


def _name(file: File) -> str:
    return os.path.basename(file.path)
