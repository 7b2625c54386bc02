"""Changes of what outlives the function that makes them: globals, class attributes, closures, ``self``."""

from __future__ import annotations

from collections.abc import Iterator

from dbos_lint.catalog import api, types
from dbos_lint.semantics.calls import Calls
from dbos_lint.semantics.effects import CLOSURE_WRITE, GLOBAL_WRITE, SELF_WRITE, Effect
from dbos_lint.semantics.records import is_record
from dbos_lint.semantics.refs import is_call, receiver_and_method, root_of, text_of
from dbos_lint.semantics.scoping import Place, binding_scope
from dbos_lint.semantics.sites import Call, Ref, Write
from dbos_lint.semantics.summary import Function, Module, Scope
from dbos_lint.semantics.values import ClassValue, Container, External, FunctionValue, Instance, ModuleValue, Value
from dbos_lint.syntax.spans import Span

OF_RUN = "of-run"
"""The guard of a change of what belongs to one run of a workflow, to judge by its key: nobody else sees it."""
MADE = "made"
"""The guard of a change that keeps what has just been made for a missing key: who has none makes an equal one."""
_WORKFLOW_ID = f"{api.DBOS}.workflow_id"


def effect_of_write(calls: Calls, module: Module, function: Function, write: Write) -> Effect | None:
    label = text_of(write.target, "an object")
    if write.kind == "name":
        return _outer_write(calls, module, function, write.target, write.scope, label, write.span, write.guard)
    guard = write.guard or _of_run(calls, module, write.index, write)
    if guard == "missing" and _is_made(module, write.value, write.scope):
        guard = MADE
    root = root_of(write.target)
    if write.kind == "attribute":
        for value in calls.resolve(module, write.target, write):
            if isinstance(value, ClassValue):
                label = label if root else calls.resolver.klass(value).name
                return Effect(GLOBAL_WRITE, label, label, write.span, write.guard)
    if root is None:
        return None
    if root == function.receiver:
        kind = GLOBAL_WRITE if _is_class_level(calls, module, function) else SELF_WRITE
        return Effect(kind, label, label, write.span, guard)
    return _outer_write(calls, module, function, root, write.scope, label, write.span, guard)


def _is_made(module: Module, value: Ref, scope: int) -> bool:
    """Whether ``value`` is what a call gives, or a variable that holds nothing else."""
    if isinstance(value, str):
        bindings = module.scopes[scope].bindings.get(value, ())
        return bool(bindings) and all(
            binding.kind == "value" and isinstance(binding.value, tuple) and _is_made(module, binding.value, scope)
            for binding in bindings
        )
    while isinstance(value, tuple) and value[0] == "await":
        value = value[1]
    return is_call(value)


def _of_run(calls: Calls, module: Module, key: Ref, site: Call | Write) -> str:
    """``OF_RUN`` where ``key``, that of an item which is changed, is the ID of the workflow that does so."""
    if key is None:
        return ""
    found = calls.resolve(module, key, site)
    return OF_RUN if found and all(isinstance(each, External) and each.name == _WORKFLOW_ID for each in found) else ""


def _outer_write(
    calls: Calls, module: Module, function: Function, name: str, scope: int, label: str, span: Span, guard: str
) -> Effect | None:
    """A change through ``name`` as an effect, if the name belongs to the module or to an outer function."""
    owner = binding_scope(module, scope, name)
    if owner is None:
        return None
    kinds = {binding.kind for binding in owner.bindings[name]}
    if owner.kind == "module" or kinds == {"import"}:
        if kinds <= {"import", "def"} and not _is_state(calls, module, name, owner):
            return None
        return Effect(GLOBAL_WRITE, name, label, span, guard)
    if owner.kind == "function" and owner.function != function.id:
        if name == module.functions[owner.function].receiver:
            return Effect(SELF_WRITE, name, label, span, guard)
        return Effect(CLOSURE_WRITE, name, label, span, f"{owner.function}:{guard}")
    return None


def _is_state(calls: Calls, module: Module, name: str, owner: Scope) -> bool:
    """Whether an imported name is an object or module of the project (and not a function or an outside thing)."""
    values = calls.resolver.resolve(module, name, Place(owner.id))
    return any(
        isinstance(value, ModuleValue)
        or is_container(value)
        or (isinstance(value, Instance) and isinstance(value.type, ClassValue))
        for value in values
    )


def mutation(calls: Calls, module: Module, call: Call) -> Effect | None:
    """``LEDGER.append(x)``: a method that changes a container of the module or of an outer function."""
    target, method = receiver_and_method(call.func)
    root = root_of(target) if method in types.MUTATORS else None
    if root is None or not _holds_container(calls, module, target, call):
        return None
    function = module.functions[module.scopes[call.scope].function]
    label = text_of(target, root)
    guard = "missing" if method == "setdefault" else call.guard
    if method == "pop" and call.args:
        guard = guard or _of_run(calls, module, call.args[0], call)
    if root == function.receiver:
        kind = GLOBAL_WRITE if _is_class_level(calls, module, function) else SELF_WRITE
        return Effect(kind, root, label, call.span, guard)
    return _outer_write(calls, module, function, root, call.scope, label, call.span, guard)


class Change:
    """That a function changes what ``parameter`` was given; ``if_container`` unless that is no container."""

    __slots__ = ("if_container", "label", "parameter", "span")

    def __init__(self, parameter: str, label: str, span: Span, if_container: bool = False) -> None:
        self.parameter = parameter
        self.label = label
        self.span = span
        self.if_container = if_container


def changes_of_parameters(calls: Calls, value: FunctionValue, depth: int = 3, *, own: bool = False) -> Iterator[Change]:
    """``order["total"] = x``, ``order.append(x)``, ``complete(order)``: what the function does to what it is given; to
    its ``own`` object as well, if asked."""
    module, function = calls.resolver.module(value.module), calls.resolver.function(value)
    names = {param.name for param in function.params} - (set() if own else {function.receiver})
    bindings = module.scopes[function.scope].bindings

    def given(root: str | None, row: int) -> bool:
        """Whether the name is a parameter that has not been given another value before."""
        return root in names and not any(binding.kind != "param" and binding.row <= row for binding in bindings[root])

    for write in function.writes:
        root = root_of(write.target)
        if write.kind != "name" and root is not None and given(root, write.span.row):
            yield Change(root, text_of(write.target, root), write.span)
    for call in function.calls if names else ():
        target, method = receiver_and_method(call.func)
        root = root_of(target)
        if method in types.MUTATORS and root is not None and given(root, call.span.row):
            if _holds_container(calls, module, target, call):
                yield Change(root, text_of(target, root), call.span)
            elif target == root:
                yield Change(root, root, call.span, True)
        passed = [ref for ref in call.args if isinstance(ref, str) and given(ref, call.span.row)] if depth else []
        is_method = bool(depth) and isinstance(target, str) and given(target, call.span.row)
        runs = calls.callees(module, call).runs if passed or is_method else ()
        for inner in runs if len(runs) == 1 else ():
            if is_method and root is not None and _changes_record(calls, inner, depth):
                yield Change(root, root, call.span)
            params = [param.name for param in calls.resolver.function(inner).params[inner.receiver is not None :]]
            changed = {change.parameter: change for change in changes_of_parameters(calls, inner, depth - 1)}
            for param, ref in zip(params, call.args, strict=False):
                if ref in passed and param in changed:
                    yield Change(ref, ref, call.span, changed[param].if_container)


def _changes_record(calls: Calls, method: FunctionValue, depth: int) -> bool:
    """Whether a method changes its object, and that is a dataclass: services may keep what they like in ``self``."""
    receiver, function = method.receiver, calls.resolver.function(method)
    type = receiver.type if isinstance(receiver, Instance) else None
    if not isinstance(type, ClassValue) or not is_record(calls.resolver, type):
        return False
    guarded = {write.span for write in function.writes if write.guard}
    changes = changes_of_parameters(calls, method, depth - 1, own=True)
    return any(change.parameter == function.receiver and change.span not in guarded for change in changes)


def _holds_container(calls: Calls, module: Module, target: Ref, call: Call) -> bool:
    """Whether ``target`` is a container, or an item of one."""
    while isinstance(target, tuple) and target[0] == "item":
        target = target[1]
    return any(is_container(value) for value in calls.resolve(module, target, call))


def _is_class_level(calls: Calls, module: Module, function: Function) -> bool:
    return "classmethod" in calls.resolver.decorator_names(module, function)


def is_container(value: Value) -> bool:
    if isinstance(value, Container):
        return value.kind not in ("tuple", "generator", "str")
    return isinstance(value, Instance) and isinstance(value.type, External) and value.type.name in types.CONTAINERS
