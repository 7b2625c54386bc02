"""Which modules a module imports, directly or not, and whether all of them are known."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from dbos_lint.catalog import frameworks
from dbos_lint.semantics.modules import Project
from dbos_lint.semantics.summary import Module


def imported(project: Project, start: Module) -> list[Module]:
    """The modules of the project that ``start`` imports, directly or not."""
    seen = {start.path}
    queue = [start]
    for module in queue:
        for path in project.imports(module, partial(_paths, project)):
            if path not in seen:
                seen.add(path)
                found = project.module(path)
                if found is not None:
                    queue.append(found)
    return queue[1:]


def imports_strangers(project: Project, start: Module) -> bool:
    """Whether a module is imported of which it is not known that it leaves the engine alone."""
    return any(
        project.find(name, level, module.path) is None and (level or not frameworks.leaves_engine_alone(name))
        for module in (start, *imported(project, start))
        for name, _, level in imports_of(module)
    )


def _paths(project: Project, module: Module) -> Iterator[str]:
    for name, attribute, level in imports_of(module):
        yield from loaded(project, module, name, attribute, level)


def loaded(project: Project, module: Module, name: str, attribute: str, level: int) -> Iterator[str]:
    """The modules of the project that an import in ``module`` loads: the named one, and one that is taken from it."""
    path = project.find(name, level, module.path)
    if path is None:
        return
    yield path
    inner = project.submodule(path, attribute) if attribute else None
    if inner is not None:
        yield inner


def imports_of(module: Module) -> Iterator[tuple[str, str, int]]:
    """The imports of a module, wherever they stand: the module, what is taken from it, and the leading dots."""
    for scope in module.scopes:
        for bindings in scope.bindings.values():
            for binding in bindings:
                if binding.kind == "import":
                    yield binding.value
        for name, level in scope.stars:
            yield (name, "", level)
