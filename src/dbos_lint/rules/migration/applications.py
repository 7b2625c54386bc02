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
from dbos_lint.rules.migration.placing import above, step
from dbos_lint.rules.migration.program import Program
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.collect import Collected
from dbos_lint.semantics.dicts import origin_of
from dbos_lint.semantics.scoping import Place, binding_scope, place_of
from dbos_lint.semantics.sites import MODULE, Call
from dbos_lint.semantics.spellings import Spelling, spelling
from dbos_lint.semantics.values import External, Instance
from dbos_lint.syntax.spans import Span, span_of
from dbos_lint.syntax.trees import dotted, is_constant, walk

_FASTAPI = "fastapi.FastAPI"
_HEADER = "the header dbos-idempotency-key is no longer read"
# Handlers of an application, its routers included, that are not called where there is a lifespan.
_HANDLERS = (b".on_event(", b".add_event_handler(", b"on_startup", b"on_shutdown")
_NAMES = ("lifespan", "dbos_lifespan")
Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Application:
    """``app = FastAPI(...)``: the statement, in a file of the program."""

    here: Here
    home: Collected
    node: ast.Assign | ast.AnnAssign
    call: ast.Call
    record: Call

    @property
    def place(self) -> Place:
        return place_of(self.record)

    def spelled(self, name: str) -> Spelling | None:
        """How the file of the application writes a name."""
        return spelling(self.here.resolver, self.home.summary, self.place, name)


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
    if is_constant(value, None):
        return Fix("drop 'fastapi', which is None", Applicability.UNSAFE, (_drop(node),))
    application = _application(here, value, record)
    if isinstance(application, ByHand):
        return application
    changes = _changes(application)
    if isinstance(changes, ByHand):
        return changes
    title = f"launch and destroy DBOS in the lifespan of the application; {_HEADER}"
    path = application.home.summary.path
    if path == here.module.path:
        return Fix(title, Applicability.UNSAFE, (_drop(node), *changes))
    return Fix(title, Applicability.UNSAFE, (_drop(node),), ((path, changes),) if changes else ())


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
    reason = ByHand("it is not certain which statement makes the application")
    module, name = here.module, value.id if isinstance(value, ast.Name) else ""
    place = place_of(record)
    origin = origin_of(here.resolver, module, name, place) if name else None
    if origin is not None:
        module, name, place = origin
    scope = binding_scope(module, place.scope, name) if name else None
    home = here.once(Program).collected(module.path)
    if scope is None or home is None or len(scope.bindings[name]) != 1 or scope.bindings[name][0].kind != "value":
        return reason
    row = scope.bindings[name][0].row
    made = here.resolver.resolve(module, name, place)
    for node, call in home.nodes.calls:
        if node.lineno <= row <= (node.end_lineno or row) and call.scope == scope.id:
            statement = _statement(home, node)
            if made == (Instance(External(_FASTAPI)),) and statement is not None:
                return Application(here, home, statement, node, call)
    return reason


def _statement(home: Collected, node: ast.Call) -> ast.Assign | ast.AnnAssign | None:
    """The assignment of what ``node`` makes."""
    for each in walk(home.tree):
        if isinstance(each, (ast.Assign, ast.AnnAssign)) and each.value is node:
            return each
    return None


# ---------------------------------------------------------------------- the lifespan


def _changes(application: Application) -> tuple[Change, ...] | ByHand:
    given = {keyword.arg: keyword.value for keyword in application.call.keywords}
    if None in given or {"on_startup", "on_shutdown"} & given.keys() or application.call.args:
        return ByHand("the application has other handlers, which a lifespan would silence")
    engine = application.spelled(api.DBOS)
    if engine is None:
        return ByHand("it is not certain how to name DBOS in a lifespan")
    if "lifespan" in given:
        return _extended(application, given["lifespan"], engine)
    for module in application.here.once(Program).modules:
        if any(word in application.here.once(Program).source(module.path) for word in _HANDLERS):
            return ByHand("the application may have handlers ('on_event'), which a lifespan would silence")
    return _new(application, engine)


def _new(application: Application, engine: Spelling) -> tuple[Change, ...] | ByHand:
    """A lifespan in front of the application."""
    module = application.home.summary
    names = [name for name in _NAMES if not any(name in scope.bindings for scope in module.scopes)]
    manager = application.spelled("contextlib.asynccontextmanager")
    iterator = application.spelled("collections.abc.AsyncIterator")
    if not names or manager is None or iterator is None:
        return ByHand("the names that a lifespan needs are taken")
    text = application.here.once(Program).text(module.path)
    indent = step(text, application.home.tree)
    lines = [
        f"@{manager.text}",
        f"async def {names[0]}(_: {dotted(application.call.func)}) -> {iterator.text}[None]:",
        *([] if _is_launched_at_import(application) else [f"{indent}{engine.text}.launch()"]),
        f"{indent}yield",
        f"{indent}{engine.text}.destroy()",
    ]
    imports = (*manager.imports, *iterator.imports, *engine.imports)
    definition = "".join(f"{line}\n" for line in lines)
    made = above(text, application.home.tree, application.node, definition, imports)
    if made is None:
        return ByHand("there is no line between the imports and the application")
    return (made, Arguments(span_of(application.call), add=(("lifespan", names[0]),)), *imports)


def _extended(application: Application, given: ast.expr, engine: Spelling) -> tuple[Change, ...] | ByHand:
    """The lifespan that the application has already launches and destroys, too."""
    definition = _lifespan(application, given)
    if definition is None:
        return ByHand("the application has a lifespan that is not written down beside it in the usual way")
    calls = {dotted(each.func) for each in walk(definition) if isinstance(each, ast.Call)}
    yields = [each for each in walk(definition) if isinstance(each, ast.Yield)]
    place = _straight(definition, yields[0]) if len(yields) == 1 else None
    if place is None:
        return ByHand("it is not certain where the lifespan of the application starts and ends")
    changes: list[Change] = []
    if f"{engine.text}.launch" not in calls and not _is_launched_at_import(application):
        changes.append(Before(span_of(place), f"{engine.text}.launch()\n"))
    if f"{engine.text}.destroy" not in calls:
        changes.append(After(span_of(definition.body[-1]), f"{engine.text}.destroy()\n"))
    return (*changes, *engine.imports) if changes else ()


def _lifespan(application: Application, given: ast.expr) -> Definition | None:
    """The function that ``given`` names, if it is an asynchronous context manager."""
    for node, function in application.home.nodes.functions:
        if function.name == dotted(given) and isinstance(node, ast.AsyncFunctionDef):
            names = {dotted(each).rpartition(".")[2] for each in node.decorator_list}
            scope = binding_scope(application.home.summary, application.record.scope, function.name)
            if names == {"asynccontextmanager"} and scope is not None and len(scope.bindings[function.name]) == 1:
                return node
    return None


def _straight(definition: Definition, wanted: ast.Yield) -> ast.stmt | None:
    """The statement of the ``yield``, where a lifespan certainly reaches it, and its own end."""
    body = definition.body
    if any(isinstance(each, ast.Return) for each in walk(definition)):
        return None
    while True:
        for statement in body:
            if isinstance(statement, ast.Expr) and statement.value is wanted:
                return statement
        inside = [each for each in body if any(node is wanted for node in walk(each))]
        if len(inside) != 1 or not isinstance(inside[0], (ast.With, ast.AsyncWith, ast.Try)):
            return None
        body = inside[0].body


def _is_launched_at_import(application: Application) -> bool:
    """Whether the file that hands over the application, or makes it, launches whenever it is imported."""
    here = application.here
    launch = (External(f"{api.DBOS}.launch"),)
    return any(
        call.block == MODULE
        and call.scope == MODULE
        and here.resolver.resolve(module, call.func, Place(MODULE, call.span.row, call.block)) == launch
        for module in (here.module, application.home.summary)
        for call in module.functions[MODULE].calls
    )
