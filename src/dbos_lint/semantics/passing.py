"""What functions of the project do with the functions that they are given: call them, or hand them on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dbos_lint.catalog import api, types
from dbos_lint.semantics.externals import known_as
from dbos_lint.semantics.refs import given, may_be_callable
from dbos_lint.semantics.sites import Call, Ref
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import External, FunctionKey, FunctionValue

if TYPE_CHECKING:
    from dbos_lint.semantics.calls import Calls

# How many functions hand on what they were given, before one calls it.
_HOPS = 4


class Passing:
    """What becomes of the arguments of the functions of one project, remembered."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.resolver = calls.resolver
        self._invoked: dict[tuple[FunctionKey, int], dict[str, str]] = {}
        self._nested: dict[str, dict[int, list[int]]] = {}

    def arguments(self, call: Call, function: FunctionValue) -> dict[str, Ref]:
        """What ``call`` gives for the parameters of ``function``."""
        params = [param.name for param in self.resolver.function(function).params if param.kind == "positional"]
        by_position = dict(zip(params[function.receiver is not None :], call.args, strict=False))
        return {**by_position, **{name: ref for name, ref in call.keywords if name}}

    def invoked(self, value: FunctionValue, hops: int = _HOPS) -> dict[str, str]:
        """The parameters that it calls: ``run`` as part of itself, ``aside``, as a ``step``, in a thread. At most
        ``hops`` functions further on, so that circles have an end, and the same whoever asks first."""
        key = FunctionKey(value.module, value.id), hops
        known = self._invoked.get(key)
        if known is not None:
            return known
        self._invoked[key] = {}
        module, function = self.resolver.module(value.module), self.resolver.function(value)
        names = {param.name for param in function.params}
        found: dict[str, str] = {}
        runs = self._nested_runs(module, function) if self._mentions(module, function, names) else {}
        for inner, how in runs.items():
            for call in module.functions[inner].calls:
                if isinstance(call.func, str) and call.func in names:
                    _note(found, call.func, how)
                refs = [ref for ref in (*call.args, *(ref for _, ref in call.keywords)) if isinstance(ref, str)]
                passed = [ref for ref in refs if ref in names]
                if passed:
                    self._passed_on(module, call, passed, how, found, hops)
        self._invoked[key] = found
        return found

    def _mentions(self, module: Module, function: Function, names: set[str]) -> bool:
        """Whether the function, or one in it, calls one of ``names`` or gives it to a call."""
        return bool(names) and any(
            not names.isdisjoint(
                ref for ref in (call.func, *call.args, *dict(call.keywords).values()) if isinstance(ref, str)
            )
            for inner in (function.id, *self._inside(module, function))
            for call in module.functions[inner].calls
        )

    def _nested_runs(self, module: Module, function: Function) -> dict[int, str]:
        """How a call of ``function`` runs itself and the functions nested in it: one that is only made does not run."""
        found = {function.id: "run"}
        nested = self._inside(module, function)
        queue = [function.id] if nested else []
        for outer in queue:
            for call in module.functions[outer].calls:
                for how, value in self._runs(module, call):
                    if value.module == module.path and value.id in nested and value.id not in found:
                        found[value.id] = how if found[outer] == "run" else found[outer]
                        queue.append(value.id)
        return found

    def _inside(self, module: Module, function: Function) -> set[int]:
        """The functions that are defined in ``function``, at any depth."""
        nested = self._nested.get(module.path)
        if nested is None:
            nested = self._nested[module.path] = {}
            for inner in module.functions[1:]:
                nested.setdefault(inner.parent, []).append(inner.id)
        found: set[int] = set()
        todo = list(nested.get(function.id, ()))
        while todo:
            inner_id = todo.pop()
            found.add(inner_id)
            todo.extend(nested.get(inner_id, ()))
        return found

    def _runs(self, module: Module, call: Call) -> Iterator[tuple[str, FunctionValue]]:
        """The functions that ``call`` runs, and how. A function of the project is taken to call what it is given."""
        callees = self.calls.named_callees(module, call, self.calls.resolve(module, call.func, call))
        values = [("run", value) for value in callees.runs]
        values += [(entity.kind, entity.function) for entity in callees.durable]
        values += callees.delegations
        values += [("aside", value) for value in callees.aside]
        values += [("thread", value) for value in callees.threads if isinstance(value, FunctionValue)]
        for ref in (*call.args, *(ref for _, ref in call.keywords)) if callees.runs else ():
            if may_be_callable(ref):
                given = self.calls.resolve(module, ref, call)
                values += [("run", value) for value in given if isinstance(value, FunctionValue)]
        yield from values

    def _passed_on(
        self, module: Module, call: Call, passed: list[str], how: str, found: dict[str, str], hops: int
    ) -> None:
        """Note the parameters among ``passed`` that a callee runs, in a function that runs as ``how``."""
        for callee in self.calls.resolve(module, call.func, call):
            if isinstance(callee, FunctionValue) and hops:
                arguments = self.arguments(call, callee)
                for name, inner in self.invoked(callee, hops - 1).items():
                    if arguments.get(name) in passed:
                        _note(found, str(arguments[name]), inner, how)
            if not isinstance(callee, External):
                continue
            name = known_as(callee)
            if name in api.RUNS_STEP and len(call.args) > 1 and call.args[1] in passed:
                _note(found, call.args[1], api.RUNS_STEP[name], how)
            elif name in types.CALLS_ITS_ARGUMENT:
                for ref in passed:
                    if ref in [given(call, place) for place in types.CALLS_ITS_ARGUMENT[name]]:
                        _note(found, ref, how)
            elif name in types.COPIES_CONTEXT and call.args and call.args[0] in passed:
                _note(found, call.args[0], "aside", how)
            elif name in types.THREAD_STARTERS:
                for ref in passed:
                    if ref in [given(call, place) for place in types.THREAD_STARTERS[name]]:
                        _note(found, ref, "thread", how)


def _note(found: dict[str, str], name: str, how: str, outer: str = "run") -> None:
    """Note that parameter ``name`` is run as ``how`` by a function that runs as ``outer``; plainly, before all else."""
    how = how if outer == "run" else outer
    if how == "run" or name not in found:
        found[name] = how
