"""What tells dbos of workflows beside their decorators: calls that decorate, instances that are made, imports."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from dbos_lint.catalog import api, patterns
from dbos_lint.mentions import imports, members
from dbos_lint.semantics.calls import Calls
from dbos_lint.semantics.entities import registrations
from dbos_lint.semantics.imports import imported, loaded
from dbos_lint.semantics.modules import Project
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.sites import DECORATOR, MODULE, Call
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import ClassValue, DecoratorValue, Entity, External, Value

_IMPORTS_ANEW = frozenset({"importlib.reload", "importlib.import_module", "runpy.run_module", "runpy.run_path"})


def registered(resolver: Resolver, call: Call, values: Sequence[Value]) -> Iterator[str]:
    """What ``call``, of one of ``values``, registers: a configured instance, or a function that it decorates."""
    for value in values:
        if isinstance(value, External):
            if value.name in patterns.CONFIGURED_CLASSES:
                yield patterns.CONFIGURED_INSTANCE
        elif isinstance(value, ClassValue):
            if External(patterns.CONFIGURED_INSTANCE) in resolver.lineage(value):
                yield patterns.CONFIGURED_INSTANCE
        elif isinstance(value, DecoratorValue) and value.kind == api.WORKFLOW and not call.flags & DECORATOR:
            yield from (value.name,) if call.args else ()


def registering(resolver: Resolver, module: Module, name: str, attribute: str, level: int) -> Iterator[str]:
    """The module that an import in ``module`` loads, if that registers workflows when it is imported."""
    for path in loaded(resolver.project, module, name, attribute, level):
        found = resolver.project.module(path)
        if found is not None and any(defines_workflow(resolver, each) for each in _with_imports(resolver, found)):
            yield path
            return


def _with_imports(resolver: Resolver, module: Module) -> Iterator[Module]:
    yield module
    yield from imported(resolver.project, module)


def defines_workflow(resolver: Resolver, module: Module) -> bool:
    return any(
        registration.entity.kind == api.WORKFLOW and module.functions[registration.function].parent == MODULE
        for registration in registrations(resolver, module)
    )


def is_loaded_before(resolver: Resolver, importer: Module, function: int, row: int, path: str) -> bool:
    """Whether the module at ``path``, which ``function`` imports at ``row``, may be loaded already: another import of
    this file loads it, or another file of the project."""
    project, own = resolver.project, importer.functions[function].scope
    for scope in importer.scopes:
        for bindings in scope.bindings.values():
            for binding in bindings:
                is_later = scope.id == own and binding.row >= row
                if binding.kind != "import" or is_later or importer.within(binding.block, "typing"):
                    continue
                for each in loaded(project, importer, *binding.value):
                    found = project.module(each)
                    if found is not None and path in [module.path for module in (found, *imported(project, found))]:
                        return True
    return _is_imported_elsewhere(project, path, importer.path)


def _is_imported_elsewhere(project: Project, path: str, importer: str) -> bool:
    """Whether any other file than ``importer`` may import the module at ``path``, or that cannot be told."""
    files = project.files()
    for other in files or ():
        source = project.read(other) if other not in (path, importer) else None
        for level, name, names in imports(source) if source is not None else ():
            found = project.find(name, level, other)
            if found == path:
                return True
            if found is not None and any(project.submodule(found, each) == path for each in members(names)):
                return True
    return files is None


def loses_workflows(calls: Calls, module: Module) -> bool:
    """Whether workflows that were registered at import are gone for good when the registry is: ``module`` runs some or,
    being a conftest, imports some for others; and it does not import them anew."""
    for function in module.functions:
        if any(isinstance(read.ref, str) and read.ref.startswith("sys.modules") for read in function.reads):
            return False
        if any(not _IMPORTS_ANEW.isdisjoint(calls.callees(module, call).names) for call in function.calls):
            return False
    if os.path.basename(module.path) == "conftest.py":
        bindings = (binding for some in module.scopes[MODULE].bindings.values() for binding in some)
        return any(
            any(registering(calls.resolver, module, *binding.value)) for binding in bindings if binding.kind == "import"
        )
    return any(
        entity.kind == api.WORKFLOW and calls.resolver.function(entity.function).parent == MODULE
        for function in module.functions
        for call in function.calls
        for entity in _run_by(calls, module, call)
    )


def _run_by(calls: Calls, module: Module, call: Call) -> Iterator[Entity]:
    """The durable functions that ``call`` calls, starts or enqueues."""
    callees = calls.callees(module, call)
    yield from callees.durable
    for name in callees.names & api.FUNCTION_ARGUMENT.keys():
        values = calls.argument(module, call, api.FUNCTION_ARGUMENT[name])
        yield from (value for value in values if isinstance(value, Entity))
