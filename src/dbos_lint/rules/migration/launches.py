"""The calls of ``DBOS.launch()`` behind which a program can register what lives in the system database since 3.0."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from dbos_lint.catalog import api
from dbos_lint.fix import After, Import
from dbos_lint.rules.migration.files import File, Files, UnsureError
from dbos_lint.rules.migration.naming import FUNCTIONS, FunctionNode
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.imports import imported
from dbos_lint.semantics.refs import terminal, uncalled
from dbos_lint.semantics.scoping import Place, place_of
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.spellings import spelling
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import External, FunctionKey, FunctionValue
from dbos_lint.syntax.spans import span_of
from dbos_lint.syntax.trees import dotted

_QUEUES = ("register_queue", "register_queue_async")
_SCHEDULES = ("apply_schedules", "apply_schedules_async")
# Decorators under which a function runs as it would by itself: not in an event loop, unless what calls it is in one.
_PLAIN = frozenset(
    {"staticmethod", "classmethod", "pytest.fixture", "pytest_asyncio.fixture", "contextlib.contextmanager"}
)
_COMMANDS = ("click.", "typer.", "flask.")
# Chains of callers that are longer than a program has from its start to its launch.
_CALLERS = 200


@dataclass(frozen=True)
class Launch:
    """A call of ``DBOS.launch()``."""

    file: File
    node: ast.Call
    call: Call

    @property
    def place(self) -> Place:
        return place_of(self.call)

    @property
    def where(self) -> str:
        return self.file.where(self.node)

    @cached_property
    def outer(self) -> FunctionNode | None:
        return self.file.outer(self.node)

    @property
    def is_async(self) -> bool:
        return isinstance(self.outer, ast.AsyncFunctionDef)

    def behind(self, text: str, *, schedules: bool = False) -> After:
        """The change that puts statements behind this launch: queues first, in the order in which they are found, then
        what applies all schedules."""
        anchor = self.file.statement(self.node)
        block = self.file.siblings(anchor)
        known = (*_QUEUES, *_SCHEDULES) if schedules else _QUEUES
        for each in block[block.index(anchor) + 1 :]:
            if _method(each) not in known:
                break
            anchor = each
        return After(span_of(anchor), text, in_turn=not schedules)


class LaunchSites:
    """The launches of the project of the linted file."""

    def __init__(self, here: Here) -> None:
        self._here = here
        self._files = here.once(Files)
        self._meeting = here.analysis.names.meeting
        self._launches: dict[str, tuple[Launch, ...]] = {}
        self._runs: dict[str, dict[FunctionKey, dict[int, Function]]] = {}

    @property
    def may_be_shown(self) -> bool:
        """Whether a fix that puts something behind the launches has a reader: it changes the files of all of them, and
        only where files are mended together may it change another than the linted one."""
        return self._here.resolver.project.mended_together or bool(self._within(self._files.own))

    def _within(self, file: File) -> tuple[Launch, ...]:
        if file.path not in self._launches:
            calls = self._files.calls(file, api.LAUNCH)
            found = tuple(Launch(file, node, call) for node, call in calls if terminal(call.func) == "launch")
            self._launches[file.path] = found
        return self._launches[file.path]

    def of(self, home: File) -> list[Launch]:
        """The launches of the programs that import ``home``, behind each of which something can be registered.

        Raises UnsureError where there is none, or one of them is not certain.
        """
        files = self._files.calling("launch", api.LAUNCH)
        found = [launch for file in files if self._reaches(file, home) for launch in self._within(file)]
        if not found:
            raise UnsureError("no DBOS.launch() of a program that imports it is seen")
        for launch in found:
            self._check(launch)
        return found

    def above(self, file: File, node: ast.expr) -> Launch | None:
        """The launch after which ``node`` runs for certain, in the same function, if there is one."""
        known = {id(launch.node): launch for launch in self._within(file)}
        if not known:
            return None
        passed: list[ast.stmt] = []
        inside: ast.AST = file.statement(node)
        while isinstance(inside, ast.stmt) and not isinstance(inside, (*FUNCTIONS, ast.ClassDef)):
            block = file.siblings(inside)
            for each in reversed(block[: block.index(inside)]):
                passed.append(each)
                found = known.get(id(each.value)) if isinstance(each, ast.Expr) else None
                if found is not None:
                    if self._ends(file, passed):
                        return None
                    self._check(found)
                    return found
            inside = next(it for it in file.around(inside) if isinstance(it, (ast.stmt, ast.Module)))
        return None

    @staticmethod
    def _ends(file: File, statements: list[ast.stmt]) -> bool:
        """Whether one of ``statements`` names what ends the engine."""
        uses = file.nodes.attributes.get("destroy", ())
        ending = {id(each) for use in uses for each in file.around(use)}
        return any(id(each) in ending for each in statements)

    def dbos(self, launch: Launch) -> tuple[str, tuple[Import, ...]]:
        """How ``DBOS`` is written at a launch."""
        receiver = dotted(launch.node.func).rpartition(".")[0]
        if self._here.resolver.resolve(launch.file.module, receiver, launch.place) == (External(api.DBOS),):
            return receiver, ()
        found = spelling(self._here.resolver, launch.file.module, launch.place, api.DBOS)
        if found is None:
            raise UnsureError(f"DBOS has no name at {launch.where}")
        return found

    def _reaches(self, file: File, home: File) -> bool:
        if file is home or self._meeting.may_meet(file.path, home.path) or self._loads(file, home):
            return True
        # What is in it serves the tests beside it, which do not import it.
        folder = os.path.join(os.path.dirname(file.path), "")
        return os.path.basename(file.path) == "conftest.py" and any(
            path.startswith(folder) and self._meeting.may_meet(path, home.path) for path in self._tests
        )

    def _loads(self, file: File, home: File) -> bool:
        """Whether ``import package.module`` in ``file`` loads ``home``, itself or by way of others."""
        project = self._here.resolver.project
        imports = file.collected.nodes.imports
        names = {each.name for node in imports if isinstance(node, ast.Import) for each in node.names}
        for path in (project.find(name, 0, file.path) for name in sorted(names)):
            module = project.module(path) if path is not None and path.endswith(".py") else None
            if module is not None and home.path in (module.path, *(each.path for each in imported(project, module))):
                return True
        return False

    @cached_property
    def _tests(self) -> tuple[str, ...]:
        paths = (module.path for module in self._files.texts.holding("test"))
        return tuple(path for path in paths if os.path.basename(path).startswith("test"))

    # ------------------------------------------------------------------ where nothing can be put

    def _check(self, launch: Launch) -> None:
        statement = launch.file.statement(launch.node)
        if not isinstance(statement, ast.Expr) or statement.value is not launch.node:
            raise UnsureError(f"DBOS.launch() at {launch.where} is no statement of its own")
        if not launch.file.has_its_lines(statement):
            raise UnsureError(f"DBOS.launch() at {launch.where} shares its line")
        if launch.outer is None or launch.is_async:
            return
        function = launch.file.function(launch.outer)
        assert function is not None
        self._check_callers(launch, function)

    def _check_callers(self, launch: Launch, function: Function) -> None:
        """In a running loop, only the asynchronous functions work, and a synchronous function cannot await them."""
        start = FunctionValue(launch.file.path, function.id)
        seen = {(start.module, start.id)}
        queue = [start]
        for value in queue:
            file = self._files.at(value.module)
            each = self._here.resolver.function(value)
            unsure = UnsureError(
                f"DBOS.launch() at {launch.where} may run in an event loop, in the synchronous '{each.name}'"
            )
            if file is None or len(queue) > _CALLERS or each.name == "<lambda>" or not self._is_plain(file, each):
                raise unsure
            for module, caller in self._callers(file, each):
                if caller.is_async:
                    raise unsure
                if caller.id and (module, caller.id) not in seen:
                    seen.add((module, caller.id))
                    queue.append(FunctionValue(module, caller.id))

    def _is_plain(self, file: File, function: Function) -> bool:
        names = self._here.resolver.decorator_names(file.module, function)
        if len(names) < len(function.decorators):
            return all(_is_command(each.ref) for each in function.decorators)
        return all(name in _PLAIN or name.startswith(_COMMANDS) for name in names)

    def _running(self, module: Module) -> dict[FunctionKey, dict[int, Function]]:
        """Who runs the functions that the calls of a module run, by these and by the numbers of the calls."""
        if module.path not in self._runs:
            found = self._runs[module.path] = {}
            for call in (call for function in module.functions for call in function.calls):
                caller = module.functions[module.scopes[call.scope].function]
                for value in self._here.analysis.calls.callees(module, call).runs:
                    found.setdefault(value.key, {})[call.number] = caller
        return self._runs[module.path]

    def _callers(self, file: File, function: Function) -> Iterator[tuple[str, Function]]:
        """The functions that call ``function``; raises UnsureError where something else may call it, too."""
        key = FunctionKey(file.path, function.id)
        for module in self._files.texts.naming(function.name):
            calls = self._running(module).get(key, {})
            yield from ((module.path, calls[number]) for number in sorted(calls))
            if not _may_mean(module, function.name):
                continue
            other = self._files.of(module)
            if other is None:
                continue
            called = {id(node.func) for node, call in other.collected.nodes.calls if call.number in calls}
            for name in other.nodes.names.get(function.name, ()):
                if id(name) not in called:
                    values = self._here.resolver.resolve(module, name.id, other.place(name))
                    if any(isinstance(each, FunctionValue) and each.key == key for each in values):
                        raise UnsureError(f"'{function.name}', which calls DBOS.launch(), is handed on")


def _may_mean(module: Module, name: str) -> bool:
    """Whether ``name`` may mean something in a module: it is bound there, or what a star import brings."""
    return any(scope.stars or name in scope.bindings for scope in module.scopes)


def _is_command(ref: object) -> bool:
    """``@app.command()`` of click and typer."""
    func = uncalled(ref)
    return isinstance(func, str) and func.rpartition(".")[2] in ("command", "callback", "group")


def _method(statement: ast.stmt) -> str:
    """The method that a statement calls, and does nothing else."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    value = value.value if isinstance(value, ast.Await) else value
    return value.func.attr if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) else ""
