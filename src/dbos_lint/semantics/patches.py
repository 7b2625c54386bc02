"""What tests patch, and where the workflows look it up."""

from __future__ import annotations

from collections.abc import Iterator

from dbos_lint.catalog import api
from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.entities import registrations
from dbos_lint.semantics.imports import imported
from dbos_lint.semantics.scoping import binding_scope, place_of
from dbos_lint.semantics.sites import MODULE, Call
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import Constant, Entity, FunctionKey, FunctionValue, ModuleValue

# Calls that replace an attribute for a while; what pytest gives a test is known by its name.
_BY_TEXT = frozenset({"unittest.mock.patch", "mock.patch", "mocker.patch", "monkeypatch.setattr"})
_BY_OBJECT = frozenset(
    {"unittest.mock.patch.object", "mock.patch.object", "mocker.patch.object", "monkeypatch.setattr"}
)
_BY_KEYWORDS = frozenset({"unittest.mock.patch.multiple", "mock.patch.multiple", "mocker.patch.multiple"})
_ALL = _BY_TEXT | _BY_OBJECT | _BY_KEYWORDS
_MONKEYPATCH = "pytest.MonkeyPatch.setattr"


class Patched:
    """A function that is patched: the module that it is looked up in, its name there, and itself."""

    __slots__ = ("function", "module", "name")

    def __init__(self, module: str, name: str, function: FunctionValue) -> None:
        self.module = module
        self.name = name
        self.function = function


class Patches:
    """The patches of one test file."""

    def __init__(self, analysis: Analysis, module: Module) -> None:
        self.analysis = analysis
        self.module = module

    def misses(self, call: Call) -> Patched | None:
        """The durable function that ``call`` patches, if the workflows that run it look it up elsewhere only."""
        for patched in self._patched(call):
            if set(self._lookups(patched)) == {False} and not self._is_looked_up_by_test(call, patched):
                return patched
        return None

    # ------------------------------------------------------------------ what is patched

    def _patched(self, call: Call) -> Iterator[Patched]:
        place = place_of(call)
        names = self.analysis.calls.callees(self.module, call).names | ({call.func} if _is_name(call.func) else set())
        if _MONKEYPATCH in names:
            names |= {"monkeypatch.setattr"}
        if names.isdisjoint(_ALL) or not call.args:
            return
        resolver = self.analysis.resolver
        for value in resolver.resolve(self.module, call.args[0], place):
            text = value.value if isinstance(value, Constant) and isinstance(value.value, str) else ""
            path = value.path if isinstance(value, ModuleValue) else None
            attributes = [name for name, _ in call.keywords if name] if names & _BY_KEYWORDS else []
            if text and names & _BY_TEXT:
                text, _, name = text.rpartition(".")
                attributes = [name]
            if text:
                path = resolver.project.find(text, 0, self.module.path)
            elif names & _BY_OBJECT and len(call.args) > 1:
                given = resolver.resolve(self.module, call.args[1], place)
                attributes = [
                    each.value for each in given if isinstance(each, Constant) and isinstance(each.value, str)
                ]
            yield from filter(None, (self._durable(path, name) for name in attributes))

    def _durable(self, path: str | None, name: str) -> Patched | None:
        """The durable function that the module at ``path`` defines as ``name``."""
        home = self.analysis.resolver.project.module(path) if path is not None else None
        bindings = home.scopes[MODULE].bindings.get(name, []) if home is not None else []
        if home is None or len(bindings) != 1 or bindings[0].kind != "def":
            return None
        function = FunctionValue(home.path, bindings[0].value)
        is_durable = self.analysis.resolver.decorated(function).entity is not None
        return Patched(home.path, name, function) if is_durable else None

    # ------------------------------------------------------------------ where it is looked up

    def _lookups(self, patched: Patched) -> Iterator[bool]:
        """For each call of the function by a workflow of what is tested: whether it finds the patch."""
        for key in self._run_by_workflows():
            module = self.analysis.resolver.module(key.module)
            for call in module.functions[key.id].calls:
                if any(entity.function.key == patched.function.key for entity in self._durable_callees(module, call)):
                    yield self._finds(module, call, patched)

    def _is_looked_up_by_test(self, call: Call, patched: Patched) -> bool:
        """Whether the test that ``call`` patches for calls the function itself, by the name that is patched."""
        functions = self.module.functions
        tests = [function for function in functions if any(each.span == call.span for each in function.decorators)]
        test = tests[0] if tests else functions[self.module.scopes[call.scope].function]
        return any(
            entity.function.key == patched.function.key and self._finds(self.module, own, patched)
            for own in test.calls
            for entity in self._durable_callees(self.module, own)
        )

    def _durable_callees(self, module: Module, call: Call) -> tuple[Entity, ...]:
        return self.analysis.calls.callees(module, call).durable

    def _run_by_workflows(self) -> list[FunctionKey]:
        """The workflows of this file and of what it imports, and the plain functions that they run."""
        resolver = self.analysis.resolver
        keys = [
            FunctionKey(module.path, registration.function)
            for module in (self.module, *imported(resolver.project, self.module))
            for registration in registrations(resolver, module)
            if registration.entity.kind == api.WORKFLOW
        ]
        seen = set(keys)
        for key in keys:
            for edge in self.analysis.facts(key).edges:
                if edge.callee not in seen:
                    seen.add(edge.callee)
                    keys.append(edge.callee)
        return keys

    def _finds(self, module: Module, call: Call, patched: Patched) -> bool:
        """Whether ``call`` looks the function up where it is patched, or where that cannot be told."""
        if not _is_name(call.func):
            return True
        name, _, rest = call.func.partition(".")
        scope = binding_scope(module, call.scope, name)
        if scope is None or scope.id != MODULE:
            # An import inside the function looks the name up when it runs.
            return True
        if not rest:
            return module.path == patched.module and name == patched.name
        owner = call.func.rpartition(".")[0]
        place = place_of(call)
        values = self.analysis.resolver.resolve(module, owner, place)
        return any(not isinstance(value, ModuleValue) or value.path == patched.module for value in values) or not values


def _is_name(ref: object) -> bool:
    return isinstance(ref, str)
