"""Clients that functions make: what becomes of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dbos_lint.catalog import api, types
from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.refs import is_call
from dbos_lint.semantics.scoping import Place, assigned
from dbos_lint.semantics.sites import MODULE, Call, Param, Ref
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import External, FunctionKey, FunctionValue

# More helpers than make a client for one another.
_DEPTH = 4


class Clients:
    """The clients that the functions of one module make."""

    def __init__(self, analysis: Analysis, module: Module) -> None:
        self.analysis = analysis
        self.module = module
        self._makers: dict[FunctionKey, bool] = {}

    # ------------------------------------------------------------------ who makes one

    def makes(self, call: Call) -> bool:
        """Whether ``call`` certainly gives a new client: the class, or a function of the project that makes one."""
        callees = self.analysis.calls.callees(self.module, call)
        return len(callees.values) == 1 and self._is_maker(callees.values[0], 0)

    def _is_maker(self, value: object, depth: int) -> bool:
        if isinstance(value, External):
            return value.name == api.CLIENT
        if not isinstance(value, FunctionValue) or depth > _DEPTH:
            return False
        if value.key not in self._makers:
            self._makers[value.key] = False
            self._makers[value.key] = self._gives_made(value, depth)
        return self._makers[value.key]

    def _gives_made(self, value: FunctionValue, depth: int) -> bool:
        """Whether a function of the project gives a client that it has just made, and nothing else."""
        module, function = self.analysis.resolver.module(value.module), self.analysis.resolver.function(value)
        if not function.results or function.decorators or function.is_async or function.is_generator:
            return False
        place = Place(function.scope, function.span.end_row, function.block)
        return all(self._is_made(module, function, result, place, depth + 1) for result in function.results)

    def _is_made(self, module: Module, function: Function, ref: Ref, place: Place, depth: int) -> bool:
        """Whether ``ref``, which ``function`` returns, is a client that it has just made and keeps nowhere."""
        if is_call(ref):
            called = self.analysis.resolver.resolve(module, ref[1], place)
            return len(called) == 1 and self._is_maker(called[0], depth)
        if not isinstance(ref, str) or ref not in module.scopes[function.scope].bindings:
            return False
        made = list(assigned(module, ref, place))
        if not made or _keeps(module, function, ref):
            return False
        return all(isinstance(each, tuple) and self._is_made(module, function, each, at, depth) for each, at in made)

    # ------------------------------------------------------------------ what becomes of it

    def is_left(self, function: Function, body: Body, node: ast.Call) -> bool:
        """Whether the client that ``node`` makes in ``function`` is certainly left behind, alive."""
        parent = body.parent(node)
        if isinstance(parent, ast.Expr):
            return True
        if isinstance(parent, ast.Attribute):
            return parent.attr != "destroy"
        target: ast.expr | None = None
        if isinstance(parent, ast.AnnAssign):
            target = parent.target
        elif isinstance(parent, ast.Assign) and len(parent.targets) == 1:
            target = parent.targets[0]
        scope = self.module.scopes[function.scope]
        if not isinstance(target, ast.Name) or target.id in scope.globals | scope.nonlocals:
            return False
        return all(self._is_harmless(body, use) for use in _uses(body.node, target.id))

    def _is_harmless(self, body: Body, use: ast.Name) -> bool:
        """Whether a use of a client neither destroys it nor hands it to anybody who may keep it."""
        parent = body.parent(use)
        if isinstance(parent, ast.Attribute):
            return parent.attr != "destroy" and self._is_called(body, parent)
        if isinstance(parent, ast.Compare):
            return True
        if isinstance(parent, ast.keyword):
            parent = body.parent(parent)
        call = body.record(parent) if isinstance(parent, ast.Call) else None
        return call is not None and self._only_uses(call, use.id)

    def _is_called(self, body: Body, method: ast.Attribute) -> bool:
        """Whether a method of a client is called at once, here or in a thread, and not kept for later."""
        call = body.parent(method)
        if not isinstance(call, ast.Call):
            return False
        record = body.record(call) if call.func is not method else None
        if record is None:
            return call.func is method
        return not types.COPIES_CONTEXT.isdisjoint(self.analysis.calls.callees(self.module, record).names)

    def _only_uses(self, call: Call, name: str) -> bool:
        """Whether what ``call`` runs, given the client ``name``, only calls its methods."""
        callees = self.analysis.calls.callees(self.module, call)
        if not callees.runs or callees.externals or callees.durable:
            return False
        return not any(self._keeps_given(callee, call, name) for callee in callees.runs)

    def _keeps_given(self, callee: FunctionValue, call: Call, name: str) -> bool:
        module, function = self.analysis.resolver.module(callee.module), self.analysis.resolver.function(callee)
        params = function.params[1:] if callee.receiver is not None else function.params
        return any(_keeps(module, function, param) for param in _params_given(params, call, name))


def _params_given(params: tuple[Param, ...], call: Call, name: str) -> Iterator[str]:
    """The parameters for which ``call`` gives ``name``."""
    yield from (param.name for param, ref in zip(params, call.args, strict=False) if ref == name)
    yield from (key for key, ref in call.keywords if ref == name and key is not None)


def _keeps(module: Module, function: Function, name: str) -> bool:
    """Whether ``function`` destroys what it calls ``name``, or hands it to anybody who may keep it."""
    for each in module.functions:
        if function.id not in (each.id, each.parent):
            continue
        if name in each.yields or any(write.value == name for write in each.writes):
            return True
        for call in each.calls:
            given = (*call.args, *dict(call.keywords).values())
            if name in given or f"{name}.destroy" in (call.func, *given):
                return True
    bound = (binding.value for some in module.scopes[MODULE].bindings.values() for binding in some)
    return name in bound


def _uses(node: ast.AST, name: str) -> Iterator[ast.Name]:
    names = (each for each in ast.walk(node) if isinstance(each, ast.Name))
    return (each for each in names if each.id == name and isinstance(each.ctx, ast.Load))
