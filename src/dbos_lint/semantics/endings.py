"""Who ends what has been launched: context managers, tests, programs."""

from __future__ import annotations

import os
from collections.abc import Iterator

from dbos_lint.catalog import api, frameworks
from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.imports import imported
from dbos_lint.semantics.lines import BEGINS, DESTROY, ENDS, LAUNCH, UNKNOWN, Event, Lines
from dbos_lint.semantics.scoping import place_of
from dbos_lint.semantics.sites import Call, Ref
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.testcode import is_test_file
from dbos_lint.semantics.values import ClassValue, External, FunctionKey, FunctionValue, Instance, Values

_CONTEXT_MANAGERS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})
_FIXTURES = frozenset({"pytest.fixture", "pytest_asyncio.fixture"})
_EXITS = {"__enter__": "__exit__", "__aenter__": "__aexit__"}
_CONFTEST = "conftest.py"
# Names modules that pytest loads: what is in them is not looked at.
_PLUGINS = "pytest_plugins"


class Endings:
    """Who ends the engines that the functions of one project launch."""

    def __init__(self, analysis: Analysis, lines: Lines) -> None:
        self.analysis = analysis
        self.lines = lines

    # ------------------------------------------------------------------ context managers

    def left_running(self, module: Module) -> Iterator[Event]:
        """The launches in lifespans and context managers of ``module`` that those do not end."""
        hosted = frozenset(self._given_as_lifespan(module))
        for function in module.functions[1:]:
            launches = self._launches(module, function)
            if not launches or not self._is_manager(module, function, hosted) or self._ends(module, function):
                continue
            if function.name not in _EXITS:
                yield from launches
                continue
            leaving = self._leaving(module, function)
            if leaving is not None and not self._ends(*leaving) and not self._is_blind(*leaving):
                yield from launches

    def _launches(self, module: Module, function: Function) -> list[Event]:
        """The launches in the line of ``function`` after which nothing happens that cannot be followed."""
        found: list[Event] = []
        key = FunctionKey(module.path, function.id)
        for event in self.lines.of(key) if self.lines.may_do(key, BEGINS) else ():
            if event.kind == UNKNOWN:
                found.clear()
            elif event.kind == LAUNCH and event.sure:
                found.append(event)
        return found

    def _is_manager(self, module: Module, function: Function, hosted: frozenset[int]) -> bool:
        if function.owner is not None and function.name in _EXITS:
            return True
        names = self.analysis.resolver.decorator_names(module, function)
        if not function.is_generator or names & _FIXTURES:
            return False
        return function.id in hosted or bool(names & _CONTEXT_MANAGERS)

    def _given_as_lifespan(self, module: Module) -> Iterator[int]:
        for function in module.functions:
            for call in function.calls:
                for name, ref in call.keywords:
                    for value in self._values(module, ref, call) if name in frameworks.LIFESPAN_KEYWORDS else ():
                        if isinstance(value, FunctionValue) and value.module == module.path:
                            yield value.id

    def _leaving(self, module: Module, function: Function) -> tuple[Module, Function] | None:
        """The method that is called when the context is left that the method ``function`` enters."""
        instance = Instance(ClassValue(module.path, function.owner or 0))
        method = self.analysis.resolver.method(instance, _EXITS[function.name])
        return None if method is None else (self._home(method), self.analysis.resolver.function(method))

    def _is_blind(self, module: Module, function: Function) -> bool:
        """Whether the function does what cannot be followed."""
        return any(event.kind == UNKNOWN for event in self.lines.of(FunctionKey(module.path, function.id)))

    # ------------------------------------------------------------------ tests

    def ends_tests(self, module: Module) -> bool:
        """Whether the test file ``module``, a conftest of its tests, or test code that it imports, ends engines."""
        resolver = self.analysis.resolver
        others = [each for each in imported(resolver.project, module) if is_test_file(resolver, each)]
        return any(
            _PLUGINS in each.scopes[0].bindings or any(self._ends(each, function) for function in each.functions)
            for each in (module, *self.conftests(module), *others)
        )

    def conftests(self, module: Module) -> Iterator[Module]:
        """The files beside and above ``module`` in which pytest looks for fixtures: no import leads to them."""
        project = self.analysis.resolver.project
        folder, root = os.path.dirname(module.path), project.settings.root
        above = ""
        while folder.startswith(root) and folder != above:
            path = os.path.join(folder, _CONFTEST)
            project.consulted.asked(project.linting, path)
            found = project.module(path)
            if found is not None:
                yield found
            folder, above = os.path.dirname(folder), folder

    # ------------------------------------------------------------------ what ends an engine

    def _ends(self, module: Module, function: Function) -> bool:
        """Whether the function may destroy the engine: in its line, or by handing on what does."""
        nested = [inner for inner in module.functions[1:] if inner.parent == function.id]
        return any(self._destroys(module, each.id) for each in (function, *nested)) or any(
            self._is_end(module, ref, call)
            for call in function.calls
            for ref in (*call.args, *(ref for _, ref in call.keywords))
        )

    def _destroys(self, module: Module, function: int) -> bool:
        key = FunctionKey(module.path, function)
        return self.lines.may_do(key, ENDS) and any(event.kind == DESTROY for event in self.lines.of(key))

    def _is_end(self, module: Module, ref: Ref, call: Call) -> bool:
        if not isinstance(ref, str) and not (isinstance(ref, tuple) and ref[0] in ("lambda", "attr")):
            return False
        return any(
            value.name == api.DESTROY
            if isinstance(value, External)
            else isinstance(value, FunctionValue) and self._destroys(self._home(value), value.id)
            for value in self._values(module, ref, call)
        )

    def _home(self, value: FunctionValue) -> Module:
        return self.analysis.resolver.module(value.module)

    def _values(self, module: Module, ref: Ref, call: Call) -> Values:
        return self.analysis.resolver.resolve(module, ref, place_of(call))
