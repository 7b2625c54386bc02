"""``@DBOS.scheduled``: the schedules of a program are applied in one call behind ``DBOS.launch()``.

All of a program's schedules that can be rewritten are rewritten together.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from dbos_lint.catalog import api, patterns
from dbos_lint.fix import Applicability, ByHand, Change, Decorators, Fix, Import, Replace
from dbos_lint.rules.migration.files import File, Files, UnsureError
from dbos_lint.rules.migration.launches import Launch, LaunchSites
from dbos_lint.rules.migration.moving import listed, literal, loads_first, moved
from dbos_lint.rules.migration.variables import imports_from
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.entities import registered_name, registrations
from dbos_lint.semantics.imports import imported
from dbos_lint.semantics.names import Names
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import binding_scope
from dbos_lint.semantics.sites import MODULE
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import Entity, FunctionValue
from dbos_lint.syntax.spans import Span, span_of

_Node = ast.FunctionDef | ast.AsyncFunctionDef
# What the second argument is since 3.0.
_CONTEXT = "context"
_ANY = Import("typing", "Any")
# The name of what is imported, the module and the attribute, and the files of the project that these two are.
_Imported = tuple[str, str, str, str | None, str | None]


@dataclass
class _Scheduled:
    """One decorator: ``changes`` where the function stands, ``entries`` and imports by launch; or the ``reason`` why
    it is left to a person."""

    file: File
    call: ast.Call
    changes: list[Change] = field(default_factory=list)
    entries: list[tuple[Launch, str, tuple[Import, ...]]] = field(default_factory=list)
    reason: str = ""


@dataclass(frozen=True)
class _Plan:
    """What becomes of all schedules of a project: why one is left to a person, by its place (empty where it is not),
    and what changes in each file, if anything can."""

    reasons: Mapping[tuple[str, Span], str]
    changes: tuple[tuple[str, tuple[Change, ...]], ...] | ByHand

    def fix(self, path: str) -> Fix | ByHand:
        """What mends a finding in the file ``path``: the same for all of them."""
        if isinstance(self.changes, ByHand):
            return self.changes
        title = (
            "apply the schedules behind DBOS.launch(); the second argument is then a context, not the time of the start"
        )
        own = next((changes for file, changes in self.changes if file == path), ())
        return Fix(title, Applicability.UNSAFE, own, tuple(each for each in self.changes if each[0] != path))


@dataclass
class _Known:
    """The plan of a project, once a file has asked for it: it is the same for all of them."""

    names: Names
    plan: _Plan | None = None


class Schedules:
    """The schedules that the project of the linted file makes by decorators."""

    def __init__(self, here: Here) -> None:
        self._here = here
        self._resolver = here.resolver
        self._files = here.once(Files)
        self._sites = here.once(LaunchSites)
        self._fixes: dict[str, Fix | ByHand] = {}
        self._imports: dict[tuple[str, Span], dict[str, list[_Imported]]] = {}

    def at(self, path: str, span: Span) -> Fix | ByHand | None:
        """What becomes of the schedule that a finding at ``span`` of the file ``path`` is about."""
        reason = self._plan.reasons.get((path, span))
        if reason is None:
            return ByHand("it decorates no function of a module")
        if reason:
            return ByHand(reason)
        if path not in self._fixes:
            self._fixes[path] = self._plan.fix(path)
        return self._fixes[path]

    @cached_property
    def _plan(self) -> _Plan:
        if self._files.is_outside:
            return self._planned()
        known = self._here.analysis.names.of_all(_Known)
        if known.plan is None:
            known.plan = self._planned()
        return known.plan

    def _planned(self) -> _Plan:
        reasons = {(each.file.path, span_of(each.call.func)): each.reason for each in self._all}
        try:
            return _Plan(reasons, tuple(sorted(self._changes().items())))
        except UnsureError as unsure:
            return _Plan(reasons, ByHand(str(unsure)))

    def _changes(self) -> dict[str, tuple[Change, ...]]:
        changes: dict[str, list[Change]] = {}
        entries: dict[tuple[str, Span], tuple[Launch, list[str]]] = {}
        for each in self._all:
            if each.reason:
                continue
            changes.setdefault(each.file.path, []).extend(each.changes)
            for launch, entry, imports in each.entries:
                entries.setdefault((launch.file.path, span_of(launch.node)), (launch, []))[1].append(entry)
                changes.setdefault(launch.file.path, []).extend(imports)
        for launch, given in entries.values():
            dbos, needed = self._sites.dbos(launch)
            awaits, suffix = ("await ", "_async") if launch.is_async else ("", "")
            text = listed(f"{awaits}{dbos}.apply_schedules{suffix}(", given)
            changes[launch.file.path] += [launch.behind(text, schedules=True), *needed]
        return {file: tuple(dict.fromkeys(made)) for file, made in changes.items()}

    @cached_property
    def _all(self) -> tuple[_Scheduled, ...]:
        found = [
            _Scheduled(file, node)
            for file in self._files.calling("scheduled", patterns.SCHEDULED)
            for node, _ in self._files.calls(file, patterns.SCHEDULED)
        ]
        for each in found:
            each.reason = self._reason(each)
        return tuple(found)

    def _reason(self, each: _Scheduled) -> str:
        """Why the schedule cannot be rewritten; empty when it is."""
        try:
            self._rewrite(each)
        except UnsureError as unsure:
            return str(unsure)
        except RecursionError:
            return "the program nests too deeply"
        return ""

    # ------------------------------------------------------------------ the function

    def _rewrite(self, each: _Scheduled) -> None:
        file, node = each.file, each.file.parent(each.call)
        if not isinstance(node, _Node) or each.call not in node.decorator_list:
            raise UnsureError("it does not decorate a function")
        function = file.function(node)
        assert function is not None
        owner = file.parent(node)
        is_static = any(decorator.ref == "staticmethod" for decorator in function.decorators)
        if isinstance(owner, ast.ClassDef) and (not is_static or not file.is_global(owner)):
            raise UnsureError("it decorates a method that is not static")
        if not isinstance(owner, ast.ClassDef) and not file.is_global(node):
            raise UnsureError("it decorates a function inside another")
        entity = self._entity(file, function)
        self._check_layers(file, node, each.call)
        each.changes = [*self._signature(file, node, function), self._decorators(node, each.call)]
        name = registered_name(self._resolver, entity)
        if name is None:
            raise UnsureError("the name of its workflow is made at run time")
        for launch in self._sites.of(file):
            callee, imports = self._named(each, function, launch)
            cron = moved(self._resolver, file, _cron(each.call), launch.file, launch.place)
            entry = f'{{"schedule_name": {literal(name)}, "workflow_fn": {callee}, "schedule": {cron.text}}}'
            # What is said of the schedule goes where it is now.
            said = "".join(f"{comment}\n" for comment in file.comments(each.call))
            each.entries.append((launch, said + entry, (*imports, *cron.imports)))

    def _entity(self, file: File, function: Function) -> Entity:
        found = self._resolver.once(_entities, file.module).get(function.id, [])
        if len(found) != 1 or found[0].kind != api.WORKFLOW:
            raise UnsureError("the function is no workflow")
        return found[0]

    def _check_layers(self, file: File, node: _Node, call: ast.Call) -> None:
        """What another decorator makes of the workflow above the schedule is what was scheduled."""
        calls = self._here.analysis.calls
        for decorator in node.decorator_list[: node.decorator_list.index(call)]:
            inner = decorator if isinstance(decorator, ast.Call) else None
            record = file.calls.get(id(inner)) if inner is not None else None
            names = calls.callees(file.module, record).names if record is not None else frozenset()
            plain = isinstance(decorator, ast.Name) and decorator.id == "staticmethod"
            if not plain and names != {patterns.SCHEDULED}:
                raise UnsureError("another decorator stands above it")
        for other in node.decorator_list:
            record = file.calls.get(id(other)) if other is not call else None
            if record is not None and patterns.SCHEDULED in calls.callees(file.module, record).names:
                raise UnsureError("the function has two schedules, which need two names")

    def _decorators(self, node: _Node, call: ast.Call) -> Decorators:
        order = tuple(index for index, each in enumerate(node.decorator_list) if each is not call)
        return Decorators(span_of(node), order)

    def _signature(self, file: File, node: _Node, function: Function) -> Iterator[Change]:
        """The second parameter, which must not be used: it becomes the context."""
        given = [*node.args.posonlyargs, *node.args.args]
        if len(given) != 2 or node.args.vararg or node.args.kwarg or node.args.kwonlyargs:
            raise UnsureError("the function does not take two parameters, the planned time and that of the start")
        second = given[1]
        if any(isinstance(each, ast.Name) and each.id == second.arg for part in node.body for each in ast.walk(part)):
            raise UnsureError(
                f"'{second.arg}', the time of the start, is used: read the clock in a step instead, since the argument "
                "is now the context of the schedule"
            )
        if second.arg.startswith("_") or self._is_named(function, second.arg):
            return
        names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        if _CONTEXT in names or given[0].arg == _CONTEXT:
            return
        if second.annotation is None:
            yield Replace(span_of(second), _CONTEXT)
        elif binding_scope(file.module, MODULE, "Any") is None:
            yield from (Replace(span_of(second), f"{_CONTEXT}: Any"), _ANY)
        elif any(each.name == "Any" for it in imports_of_typing(file) for each in it.names):
            yield Replace(span_of(second), f"{_CONTEXT}: Any")

    def _is_named(self, function: Function, parameter: str) -> bool:
        """Whether a call may give the parameter by its name."""
        texts = self._files.texts
        return any(parameter in texts.keywords(module) for module in texts.naming(function.name))

    # ------------------------------------------------------------------ the launch

    def _named(self, each: _Scheduled, function: Function, launch: Launch) -> tuple[str, tuple[Import, ...]]:
        """How the workflow is written at a launch."""
        home, target = each.file, launch.file
        first, _, rest = function.qualname.partition(".")
        tail = f".{rest}" if rest else ""
        if home is target:
            if launch.outer is None and launch.node.lineno < function.span.row:
                raise UnsureError(f"DBOS.launch() at {launch.where} stands above it")
            self._check_means(function, home, f"{first}{tail}", launch)
            return f"{first}{tail}", ()
        for text in self._known_as(home, launch, f"{first}{tail}"):
            self._check_means(function, home, text, launch)
            return text, ()
        whole = f"{home.module.name}.{first}{tail}"
        if self._resolver.resolve(target.module, whole, launch.place):
            # ``import package.module``
            self._check_means(function, home, whole, launch)
            return whole, ()
        if binding_scope(target.module, launch.place.scope, first) is not None:
            raise UnsureError(f"'{first}' is something else at {launch.where}")
        if self._resolver.resolve(target.module, first, launch.place):
            # A star import brings it.
            self._check_means(function, home, f"{first}{tail}", launch)
            return f"{first}{tail}", ()
        if target.path in {module.path for module in imported(self._resolver.project, home.module)}:
            raise UnsureError(f"the file of DBOS.launch() ({launch.where}) is imported by the one of the workflow")
        for node in imports_from(target, home.path, self._resolver):
            return f"{first}{tail}", (Import("." * node.level + (node.module or ""), first),)
        name = home.module.name
        if self._resolver.project.find(name, 0, target.path) != home.path:
            raise UnsureError(f"the file of DBOS.launch() ({launch.where}) cannot import it")
        if not loads_first(self._resolver, target, home.path):
            raise UnsureError(f"the file of DBOS.launch() ({launch.where}) does not begin with what imports it")
        return f"{first}{tail}", (Import(name, first),)

    def _known_as(self, home: File, launch: Launch, name: str) -> Iterator[str]:
        """The names under which the file of a launch has the workflow already."""
        for local, source, attribute, path, inner in self._imported_at(launch).get(home.path, ()):
            if path == home.path and attribute == name.partition(".")[0]:
                yield f"{local}{name[len(attribute) :]}"
            elif inner == home.path or (path == home.path and not attribute):
                dotted = source if not attribute and "." in source and source.startswith(f"{local}.") else local
                yield f"{dotted}.{name}"

    def _imported_at(self, launch: Launch) -> dict[str, list[_Imported]]:
        """What is imported where a launch stands, by the files that this may be about."""
        key = (launch.file.path, span_of(launch.node))
        if key not in self._imports:
            found = self._imports[key] = {}
            for each in self._imports_at(launch):
                for path in dict.fromkeys(path for path in each[3:] if path is not None):
                    found.setdefault(path, []).append(each)
        return self._imports[key]

    def _imports_at(self, launch: Launch) -> Iterator[_Imported]:
        project, at = self._resolver.project, launch.place
        scope = launch.file.module.scopes[at.scope]
        while True:
            for local, bindings in scope.bindings.items():
                for kind, value, row, _ in bindings:
                    if kind != "import" or (scope.function == at.scope and row > launch.node.lineno):
                        continue
                    source, attribute, level = value
                    path = project.find(source, level, launch.file.path)
                    inner = project.submodule(path, attribute) if path and attribute else None
                    yield local, source, attribute, path, inner
            if scope.id == MODULE:
                return
            scope = launch.file.module.scopes[scope.parent]

    def _check_means(self, function: Function, home: File, text: str, launch: Launch) -> None:
        """Whether ``text`` is the workflow where DBOS is launched."""
        values = self._resolver.resolve(launch.file.module, text, launch.place)
        inner = [value.function if isinstance(value, Entity) else value for value in values]
        if len(inner) != 1 or not isinstance(inner[0], FunctionValue):
            raise UnsureError(f"'{text}' may be something else at {launch.where}")
        if (inner[0].module, inner[0].id) != (home.path, function.id):
            raise UnsureError(f"'{text}' is something else at {launch.where}")


def _entities(resolver: Resolver, module: Module) -> dict[int, list[Entity]]:
    """What each function of ``module`` is registered as."""
    found: dict[int, list[Entity]] = {}
    for each in registrations(resolver, module):
        found.setdefault(each.function, []).append(each.entity)
    return found


def imports_of_typing(file: File) -> Iterator[ast.ImportFrom]:
    """``from typing import ...`` at the top of a file."""
    return (each for each in file.tree.body if isinstance(each, ast.ImportFrom) and each.module == "typing")


def _cron(call: ast.Call) -> ast.expr:
    given = [*call.args, *(each.value for each in call.keywords if each.arg == "cron")]
    if len(given) != 1 or len(call.args) + len(call.keywords) != 1 or isinstance(given[0], ast.Starred):
        raise UnsureError("its arguments are not written down")
    return given[0]
