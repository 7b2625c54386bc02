"""Modules that are imported when the engine is launched already: in functions, or below the launch."""

from __future__ import annotations

import os
from collections.abc import Iterator

from dbos_lint.mentions import imports, members
from dbos_lint.semantics.imports import loaded
from dbos_lint.semantics.lines import LAUNCH, Lines
from dbos_lint.semantics.modules import Project
from dbos_lint.semantics.sites import MODULE
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import FunctionKey


def may_be_loaded_late(lines: Lines, path: str) -> bool:
    """Whether some file of the project may import the module at ``path`` after the launch, by way of others too."""
    project = lines.analysis.resolver.project
    files = project.files()
    if files is None:
        return True
    seen, todo = {path}, [path]
    while todo:
        imported = todo.pop()
        for importer in _importers(project, files, imported):
            if importer is None or _imports_late(lines, importer, imported):
                return True
            if importer.path not in seen:
                seen.add(importer.path)
                todo.append(importer.path)
    return False


def _importers(project: Project, files: tuple[str, ...], path: str) -> Iterator[Module | None]:
    """The files that import the module at ``path``; None for one that may do so at run time, or cannot be read."""
    stem = os.path.basename(os.path.dirname(path) if path.endswith("__init__.py") else path[:-3]).encode()
    for other in files:
        source = project.read(other) if other != path else None
        if source is None or stem not in source:
            continue
        if b"import_module(" in source:
            yield None
        if any(_leads(project, other, path, *each) for each in imports(source)):
            yield project.module(other)


def _leads(project: Project, importer: str, path: str, level: int, name: str, names: bytes) -> bool:
    found = project.find(name, level, importer)
    if found is None or found == path:
        return found == path
    return any(project.submodule(found, each) == path for each in members(names))


def _imports_late(lines: Lines, importer: Module, path: str) -> bool:
    events = lines.of(FunctionKey(importer.path, MODULE))
    launch = min((event.span.row for event in events if event.kind == LAUNCH), default=None)
    for scope in importer.scopes:
        for bindings in scope.bindings.values():
            for binding in bindings:
                if binding.kind != "import" or importer.within(binding.block, "typing"):
                    continue
                if path in loaded(lines.analysis.resolver.project, importer, *binding.value) and (
                    scope.id != MODULE or (launch is not None and launch < binding.row)
                ):
                    return True
    return False
