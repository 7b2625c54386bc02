"""Transactions of dbos 2.x: ``@DBOS.transaction`` and ``DBOS.sql_session`` become those of a datasource."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import partial

from dbos_lint.catalog import api
from dbos_lint.catalog.history import Symbol
from dbos_lint.fix import Applicability, ByHand, Change, Fix, Replace
from dbos_lint.rules.migration.datasources import Datasources, Home
from dbos_lint.rules.migration.nodes import nodes
from dbos_lint.rules.migration.program import Program
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.refs import uncalled
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.sites import MODULE, Call
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import DecoratorValue, Entity, External, Value
from dbos_lint.syntax.spans import Span, span_of
from dbos_lint.syntax.trees import walk

# What the decorators below a transaction may make of its function.
_DESCRIPTORS = frozenset({"staticmethod", "classmethod", "property"})
_ROLES = frozenset({f"{api.DBOS}.required_roles", f"{api.DBOS}.default_required_roles"})
_SETTER = "dbos.SetWorkflowID"
_DURABLE = frozenset({api.WORKFLOW, api.STEP, api.TRANSACTION})


def transaction(here: Here, symbol: Symbol, span: Span) -> Fix | ByHand | None:
    """``@DBOS.transaction(...)`` → ``@ds.transaction(...)``"""
    call = _call_at(here, span)
    if call is None:
        return ByHand("it is not called where it stands")
    node, record = call
    arguments = _arguments(here, node)
    if arguments is None:
        return ByHand("its arguments are not written down one by one")
    function = _decorated(here, node)
    reason = _reason(here, function) if function is not None else None
    if reason is not None:
        return ByHand(reason)
    home = here.once(Datasources).home
    if isinstance(home, ByHand):
        return home
    if not _is_seen(here, record, home):
        return ByHand(f"the name '{home.name}' means something else here")
    title = f"take the transaction from a datasource, '{home.name}', which records it in workflows only"
    return _fix(here, home, title, (Replace(span_of(node.func), f"{home.name}.transaction"), *arguments))


def sql_session(here: Here, symbol: Symbol, span: Span) -> Fix | ByHand | None:
    """``DBOS.sql_session`` → ``ds.sql_session()``"""
    node = _attribute_at(here, span, "sql_session")
    if node is None or not isinstance(node.ctx, ast.Load):
        return ByHand("it is not read where it stands")
    home = here.once(Datasources).home
    if isinstance(home, ByHand):
        return home
    title = f"ask the datasource '{home.name}' for its session"
    return _fix(here, home, title, (Replace(span_of(node), f"{home.name}.sql_session()"),))


def _fix(here: Here, home: Home, title: str, changes: tuple[Change, ...]) -> Fix | ByHand:
    if home.path == here.module.path:
        return Fix(title, Applicability.UNSAFE, (*home.made, *changes))
    bound = here.module.scopes[MODULE].bindings.get(home.name, ())
    if any(binding.kind != "import" for binding in bound):
        return ByHand(f"the name '{home.name}' means something else here")
    needed = here.once(Datasources).imported(home)
    if isinstance(needed, ByHand):
        return needed
    elsewhere = ((home.path, home.made),) if home.made else ()
    return Fix(title, Applicability.UNSAFE, (*changes, needed), elsewhere)


# ---------------------------------------------------------------------- the text


def _call_at(here: Here, span: Span) -> tuple[ast.Call, Call] | None:
    """The call of what stands at ``span``."""
    return here.once(_by_called).get(span)


def _by_called(here: Here) -> dict[Span, tuple[ast.Call, Call]]:
    """The calls of the file, the first of each, by where what they call stands."""
    return {span_of(node.func): (node, call) for node, call in reversed(here.collected.nodes.calls)}


def _attribute_at(here: Here, span: Span, name: str) -> ast.Attribute | None:
    """The attribute ``name`` that is read in what stands at ``span``."""
    found = [node for node in nodes(here).within(span, ast.Attribute) if node.attr == name]
    return found[0] if len(found) == 1 else None


def _arguments(here: Here, node: ast.Call) -> tuple[Change, ...] | None:
    """How the arguments are given by name; None where it cannot be told."""
    if any(keyword.arg not in ("isolation_level", "name") for keyword in node.keywords) or len(node.args) > 1:
        return None
    for argument in node.args:
        text = here.once(Datasources).program.text(here.module.path).split("\n")[argument.lineno - 1].encode()
        before = text[: argument.col_offset].rstrip()
        func = node.func
        on_its_row = func.end_lineno == argument.lineno
        opened = before[func.end_col_offset :].strip() if on_its_row else before
        if isinstance(argument, ast.Starred) or opened != (b"(" if on_its_row else b""):
            return None
        start = Span(argument.lineno, argument.col_offset, argument.lineno, argument.col_offset)
        return (Replace(start, "isolation_level="),)
    return ()


# ---------------------------------------------------------------------- what is decorated


def _decorated(here: Here, node: ast.Call) -> Function | None:
    """The function that ``node`` decorates."""
    return here.once(_by_decorator).get(id(node))


def _by_decorator(here: Here) -> dict[int, Function]:
    """The functions of the file, by the nodes of their decorators."""
    functions = here.collected.nodes.functions
    return {id(each): function for definition, function in functions for each in definition.decorator_list}


def _reason(here: Here, function: Function) -> str | None:
    """Why the transaction ``function`` cannot become that of a datasource."""
    if function.is_async:
        return "it is asynchronous: that takes an AsyncSQLAlchemyDatasource"
    module, place = here.module, here.place(function)
    values = [here.resolver.resolve(module, each.ref, place) for each in function.decorators]
    mine = next((index for index, each in enumerate(values) if any(map(_is_transaction, each))), None)
    if mine is None:
        return "what it is given is no isolation level"
    if any(each.ref in _DESCRIPTORS for each in function.decorators[mine + 1 :]):
        return "a decorator below it makes no plain function"
    owner = module.classes[function.owner] if function.owner is not None else None
    around = list(function.decorators) + list(owner.decorators if owner is not None else ())
    if any(_names(here, module, each.ref, place) & _ROLES for each in around):
        return "roles are required for it, which a datasource does not check"
    if sum(isinstance(value, DecoratorValue) and value.kind in _DURABLE for each in values for value in each) > 1:
        return "it is decorated as something else, too"
    started = next(_starts(here, function), None)
    if started is not None:
        return f"it is started as a workflow of its own ({started}), and a datasource's transaction is none"
    named = next(_named(here, function), None)
    if named is not None:
        return f"it is called once for an ID of a workflow ({named}), which a datasource's transaction does not take"
    return None


def _is_transaction(value: Value) -> bool:
    return isinstance(value, DecoratorValue) and value.name == f"{api.DBOS}.transaction"


def _names(here: Here, module: Module, ref: object, place: Place) -> frozenset[str]:
    """What a decorator is called by dbos."""
    func = uncalled(ref)
    return frozenset(each.name for each in here.resolver.resolve(module, func, place) if isinstance(each, External))


def _starts(here: Here, function: Function) -> Iterator[str]:
    """Where the program hands ``function`` to what starts workflows."""
    program, names = here.once(Datasources).program, here.analysis.names
    handed_on = partial(names.once, "handed on", find=_handed_on)
    for module in program.where("handed on", lambda module: handed_on(module=module), function.name):
        for call, refs in handed_on(module=module)[function.name]:
            if any(_is(here, module, call, ref, function) for ref in refs):
                called = here.analysis.calls.callees(module, call).names
                if any(name.startswith("dbos.") for name in called) or not called:
                    yield f"{program.name(module)}:{call.span.row}"


def _handed_on(module: Module) -> Mapping[str, list[tuple[Call, list[str]]]]:
    """The calls that are given something by a name, by the last part of it."""
    found: dict[str, list[tuple[Call, list[str]]]] = {}
    for each in module.functions:
        for call in each.calls:
            named: dict[str, list[str]] = {}
            for ref in (*call.args, *(ref for _, ref in call.keywords)):
                if isinstance(ref, str):
                    named.setdefault(ref.rpartition(".")[2], []).append(ref)
            for name, refs in named.items():
                found.setdefault(name, []).append((call, refs))
    return found


def _named(here: Here, function: Function) -> Iterator[str]:
    """Where the program calls ``function`` under a ``SetWorkflowID``, which made the call a workflow of that ID."""
    program, names = here.once(Datasources).program, here.analysis.names

    def under_an_id(module: Module) -> Mapping[str, list[tuple[Call, str]]]:
        if b"SetWorkflowID" not in program.source(module.path):
            return {}
        return names.once("under an ID", module, lambda module: _under_an_id(here, program, module))

    for module in program.where("under an ID", under_an_id, function.name):
        for call, ref in under_an_id(module)[function.name]:
            if _is(here, module, call, ref, function):
                yield f"{program.name(module)}:{call.span.row}"


def _under_an_id(here: Here, program: Program, module: Module) -> Mapping[str, list[tuple[Call, str]]]:
    """The calls under a ``SetWorkflowID``, by the last part of what they call."""
    calls = [call for each in module.functions for call in each.calls]
    setters = {call.span for call in calls if _SETTER in here.analysis.calls.callees(module, call).names}
    blocks = [
        (node.body[0].lineno, node.end_lineno or node.lineno)
        for node in (walk(program.tree(module.path) or ast.Module([], [])) if setters else ())
        if isinstance(node, (ast.With, ast.AsyncWith))
        and any(span_of(item.context_expr) in setters for item in node.items)
    ]
    found: dict[str, list[tuple[Call, str]]] = {}
    for call in calls if blocks else ():
        if isinstance(call.func, str) and any(first <= call.span.row <= last for first, last in blocks):
            found.setdefault(call.func.rpartition(".")[2], []).append((call, call.func))
    return found


def _is(here: Here, module: Module, call: Call, ref: str, function: Function) -> bool:
    wanted = (here.module.path, function.id)
    for value in here.analysis.calls.resolve(module, ref, call):
        target = value.function if isinstance(value, Entity) else value
        if target[:2] == wanted:
            return True
    return False


def _is_seen(here: Here, call: Call, home: Home) -> bool:
    """Whether the name of the datasource means the module's own where ``call`` stands."""
    scope = here.module.scopes[call.scope]
    while scope.id:
        if home.name in scope.bindings:
            return False
        scope = here.module.scopes[scope.parent]
    return True


FAMILIES = {"DBOS.transaction": transaction, "DBOS.sql_session": sql_session}
