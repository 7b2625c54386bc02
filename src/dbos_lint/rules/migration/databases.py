"""Migrations of databases, and the tracer: calls that another library, or another class, takes over."""

from __future__ import annotations

import ast

from dbos_lint.catalog.history import Symbol
from dbos_lint.fix import After, Applicability, Arguments, ByHand, Fix, Replace
from dbos_lint.rules.migration.datasources import DATASOURCE, Datasources
from dbos_lint.rules.visitor import Here
from dbos_lint.syntax.spans import Span, span_of
from dbos_lint.syntax.trees import walk

_URL = "app_database_url"
_PROVIDER = "opentelemetry.trace.set_tracer_provider"


def migrations(here: Here, symbol: Symbol, span: Span) -> Fix | ByHand | None:
    """``run_dbos_database_migrations(system, app_database_url=own)``: a datasource migrates the program's own."""
    if not here.has("SQLAlchemyDatasource.migrate"):
        return ByHand("a datasource migrates its database only since dbos 3.2")
    for node, record in here.collected.nodes.calls:
        found = [each.value for each in node.keywords if (each.lineno, each.col_offset) == span[:2]]
        statement = _statement(here, node) if found else None
        if found and statement is None:
            return ByHand("its result is used")
        if statement is not None:
            spelled = here.spelled(DATASOURCE, record)
            text = ast.get_source_segment(here.once(Datasources).program.text(here.module.path), found[0])
            if spelled is None or text is None or "\n" in text:
                return ByHand("it is not certain how to write the call of the datasource")
            title = "let a datasource migrate the database of the program"
            changes = (
                Arguments(span_of(node), drop=(_URL,)),
                After(span_of(statement), f"{spelled.text}.migrate({text})\n"),
            )
            return Fix(title, Applicability.UNSAFE, (*changes, *spelled.imports))
    return None


def tracer(here: Here, symbol: Symbol, span: Span) -> Fix | ByHand | None:
    """``DBOS.tracer.set_provider(provider)``"""
    for node, record in here.collected.nodes.calls:
        if span_of(node.func) == span:
            spelled = here.spelled(_PROVIDER, record)
            if spelled is None:
                return ByHand("the name 'set_tracer_provider' is taken")
            title = "set the provider for all of OpenTelemetry, which has to be before DBOS.launch()"
            return Fix(title, Applicability.UNSAFE, (Replace(span, spelled.text), *spelled.imports))
    return ByHand("it is not called where it stands")


def by_hand(here: Here, symbol: Symbol, span: Span) -> ByHand:
    return ByHand(_REASONS[symbol.name])


_REASONS = {
    "DBOS.register_instance": "the class has to derive from DBOSConfiguredInstance and give its instances a name",
    "DBOSClient(system_database)": "it names a database beside the one in the URL: give the URL of that",
}
FAMILIES = {
    "run_dbos_database_migrations(app_database_url)": migrations,
    "DBOS.tracer.set_provider": tracer,
    **dict.fromkeys(_REASONS, by_hand),
}


def _statement(here: Here, node: ast.Call) -> ast.Expr | None:
    """The statement that ``node`` is all of."""
    for each in walk(here.collected.tree):
        if isinstance(each, ast.Expr) and each.value is node:
            return each
    return None
