"""``DBOS(fastapi=app)`` and ``DBOS(flask=app)``: what dbos 2.x did for the application, it does for itself.

With FastAPI, dbos 2.x launched itself when the application had started, unless it was launched already, and was
destroyed when the application had stopped.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from dbos_lint.catalog import api
from dbos_lint.catalog.history import Symbol
from dbos_lint.fix import After, Applicability, Arguments, Before, ByHand, Change, Fix
from dbos_lint.migration.urls import dotted
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.scoping import Place, binding_scope
from dbos_lint.semantics.summary import MODULE, Call
from dbos_lint.semantics.values import External, Instance
from dbos_lint.syntax.spans import Span, span_of

_FASTAPI = "fastapi.FastAPI"
_HEADER = "the header dbos-idempotency-key is no longer read"
_HANDLERS = frozenset({"on_event", "add_event_handler"})
_NAMES = ("lifespan", "dbos_lifespan")
Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Application:
    """``name = FastAPI(...)``, the statement, in a body of the linted file."""

    name: str
    node: ast.Assign | ast.AnnAssign
    call: ast.Call
    record: Call


def flask(here: Here, symbol: Symbol, span: Span) -> Fix | ByHand | None:
    found = _engine(here, span)
    if found is None:
        return None
    title = f"drop 'flask': {_HEADER}"
    return Fix(title, Applicability.UNSAFE, (Arguments(span_of(found[0]), drop=("flask",)),))


def fastapi(here: Here, symbol: Symbol, span: Span) -> Fix | ByHand | None:
    found = _engine(here, span)
    if found is None:
        return None
    node, record = found
    value = next(keyword.value for keyword in node.keywords if _starts_at(keyword, span))
    if isinstance(value, ast.Constant) and value.value is None:
        return Fix("drop 'fastapi', which is None", Applicability.UNSAFE, (_drop(node),))
    application = _application(here, value, record)
    if isinstance(application, ByHand):
        return application
    changes = _changes(here, node, record, application)
    if isinstance(changes, ByHand):
        return changes
    title = f"launch and destroy DBOS in the lifespan of the application; {_HEADER}"
    return Fix(title, Applicability.UNSAFE, (_drop(node), *changes))


FAMILIES = {"DBOS(fastapi)": fastapi, "DBOS(flask)": flask}


# ---------------------------------------------------------------------- the text


def _engine(here: Here, span: Span) -> tuple[ast.Call, Call] | None:
    """The ``DBOS(...)`` with a keyword at ``span``."""
    for node, record in here.collected.nodes.calls:
        if any(_starts_at(keyword, span) for keyword in node.keywords):
            return node, record
    return None


def _starts_at(keyword: ast.keyword, span: Span) -> bool:
    return (keyword.lineno, keyword.col_offset) == span[:2]


def _drop(node: ast.Call) -> Arguments:
    return Arguments(span_of(node), drop=("fastapi",))


def _application(here: Here, value: ast.expr, record: Call) -> Application | ByHand:
    """The one statement that makes the application."""
    name = value.id if isinstance(value, ast.Name) else ""
    scope = binding_scope(here.module, record.scope, name) if name else None
    if scope is None or len(scope.bindings[name]) != 1 or scope.bindings[name][0].kind != "value":
        return ByHand("the application is not made in this file by one statement")
    row = scope.bindings[name][0].row
    for node, call in here.collected.nodes.calls:
        if node.lineno <= row <= (node.end_lineno or row) and call.scope == scope.id:
            made = here.resolver.resolve(here.module, name, Place(record.scope, record.span.row, record.block))
            statement = _statement(here, node)
            if made == (Instance(External(_FASTAPI)),) and statement is not None:
                return Application(name, statement, node, call)
    return ByHand("the application is not made in this file by one statement")


def _statement(here: Here, node: ast.Call) -> ast.Assign | ast.AnnAssign | None:
    """The assignment of what ``node`` makes."""
    for each in ast.walk(here.collected.tree):
        if isinstance(each, (ast.Assign, ast.AnnAssign)) and each.value is node:
            return each
    return None


# ---------------------------------------------------------------------- the lifespan


def _changes(here: Here, node: ast.Call, record: Call, application: Application) -> tuple[Change, ...] | ByHand:
    given = {keyword.arg: keyword.value for keyword in application.call.keywords}
    if None in given or {"on_startup", "on_shutdown"} & given.keys() or application.call.args:
        return ByHand("the application has other handlers, which a lifespan would silence")
    engine = dotted(node.func)
    if not engine:
        return ByHand("it is not certain how to name DBOS in a lifespan")
    if "lifespan" in given:
        return _extended(here, given["lifespan"], application, engine)
    for each in ast.walk(here.collected.tree):
        if isinstance(each, ast.Attribute) and each.attr in _HANDLERS and dotted(each.value) == application.name:
            return ByHand("the application has handlers of its own ('on_event'), which a lifespan would silence")
    return _new(here, application, engine)


def _new(here: Here, application: Application, engine: str) -> tuple[Change, ...] | ByHand:
    """A lifespan in front of the application."""
    record = application.record
    names = [name for name in _NAMES if not any(name in scope.bindings for scope in here.module.scopes)]
    manager = here.spelled("contextlib.asynccontextmanager", record)
    iterator = here.spelled("collections.abc.AsyncIterator", record)
    if not names or manager is None or iterator is None:
        return ByHand("the names that a lifespan needs are taken")
    launched = _is_launched_at_import(here)
    lines = [
        f"@{manager.text}",
        f"async def {names[0]}(_: {dotted(application.call.func)}) -> {iterator.text}[None]:",
        *([] if launched else [f"    {engine}.launch()"]),
        "    yield",
        f"    {engine}.destroy()",
    ]
    gap = "\n\n\n" if record.scope == MODULE else "\n\n"
    return (
        Before(span_of(application.node), "\n".join(lines) + gap),
        Arguments(span_of(application.call), add=(("lifespan", names[0]),)),
        *manager.imports,
        *iterator.imports,
    )


def _extended(here: Here, given: ast.expr, application: Application, engine: str) -> tuple[Change, ...] | ByHand:
    """The lifespan that the application has already launches and destroys, too."""
    definition = _lifespan(here, given, application.record)
    if definition is None:
        return ByHand("the application has a lifespan that is not written down in this file in the usual way")
    calls = {dotted(each.func) for each in ast.walk(definition) if isinstance(each, ast.Call)}
    yields = [each for each in ast.walk(definition) if isinstance(each, ast.Yield)]
    place = _straight(definition, yields[0]) if len(yields) == 1 else None
    if place is None:
        return ByHand("it is not certain where the lifespan of the application starts and ends")
    changes: list[Change] = []
    if f"{engine}.launch" not in calls and not _is_launched_at_import(here):
        changes.append(Before(span_of(place), f"{engine}.launch()\n"))
    if f"{engine}.destroy" not in calls:
        changes.append(After(span_of(definition.body[-1]), f"{engine}.destroy()\n"))
    return tuple(changes)


def _lifespan(here: Here, given: ast.expr, record: Call) -> Definition | None:
    """The function that ``given`` names, if it is an asynchronous context manager."""
    values = here.resolver.resolve(here.module, dotted(given), Place(record.scope, record.span.row, record.block))
    for node, function in here.collected.nodes.functions:
        if function.name == dotted(given) and isinstance(node, ast.AsyncFunctionDef):
            names = {dotted(each).rpartition(".")[2] for each in node.decorator_list}
            scope = binding_scope(here.module, record.scope, function.name)
            if names == {"asynccontextmanager"} and scope is not None and len(scope.bindings[function.name]) == 1:
                return node if len(values) <= 1 else None
    return None


def _straight(definition: Definition, wanted: ast.Yield) -> ast.stmt | None:
    """The statement of the ``yield``, where a lifespan certainly reaches it, and its own end."""
    body = definition.body
    if any(isinstance(each, ast.Return) for each in ast.walk(definition)):
        return None
    while True:
        for statement in body:
            if isinstance(statement, ast.Expr) and statement.value is wanted:
                return statement
        inside = [each for each in body if any(node is wanted for node in ast.walk(each))]
        if len(inside) != 1 or not isinstance(inside[0], (ast.With, ast.AsyncWith, ast.Try)):
            return None
        body = inside[0].body


def _is_launched_at_import(here: Here) -> bool:
    """Whether the module launches whenever it is imported."""
    launch = (External(f"{api.DBOS}.launch"),)
    return any(
        call.block == MODULE
        and call.scope == MODULE
        and here.resolver.resolve(here.module, call.func, Place(MODULE, call.span.row, call.block)) == launch
        for call in here.module.functions[MODULE].calls
    )
