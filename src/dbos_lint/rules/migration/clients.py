"""The URLs that ``DBOSClient`` no longer takes."""

from __future__ import annotations

import ast

from dbos_lint.catalog.history import Symbol
from dbos_lint.fix import Applicability, Arguments, ByHand, Fix
from dbos_lint.rules.migration.system_urls import SYSTEM, system_url
from dbos_lint.rules.migration.urls import Url
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.scoping import place_of
from dbos_lint.semantics.sites import Call
from dbos_lint.syntax.spans import Span, span_of

_APPLICATION = "application_database_url"


def url(here: Here, symbol: Symbol, span: Span) -> Fix | ByHand | None:
    """A URL, by position or by a name that is gone."""
    found = _client(here, span)
    if found is None:
        return None
    node, record = found
    keywords = {keyword.arg: keyword.value for keyword in node.keywords}
    if None in keywords or any(isinstance(each, ast.Starred) for each in node.args):
        return ByHand("the arguments are not written down one by one")
    name = next((keyword.arg for keyword in node.keywords if _starts_at(keyword, span)), None)
    if SYSTEM in keywords:
        title = f"drop the URL beside '{SYSTEM}', which a client does not use"
        return Fix(title, Applicability.SAFE, (Arguments(span_of(node), drop=(name or 0,)),))
    if len(node.args) + len({"database_url", _APPLICATION, "system_database"} & keywords.keys()) > 1:
        return ByHand("it is given more than one URL or name, and none of them as 'system_database_url'")
    value = keywords[name] if name is not None else node.args[0]
    place = place_of(record)
    system = system_url(here, Url(here.module.path, place, value))
    if isinstance(system, ByHand):
        return system
    at: str | int = name if name is not None else 0
    values = ((at, system.text),) if system.text else ()
    change = (
        Arguments(span_of(node), keywords=((0, SYSTEM),), values=values)
        if name is None
        else Arguments(span_of(node), rename=((name, SYSTEM),), values=values)
    )
    return Fix(system.title, system.applicability, (change,))


FAMILIES = {"DBOSClient(database_url)": url, "DBOSClient(application_database_url)": url}


def _client(here: Here, span: Span) -> tuple[ast.Call, Call] | None:
    """The call that has the argument at ``span``."""
    for node, record in here.collected.nodes.calls:
        given: tuple[ast.expr | ast.keyword, ...] = (*node.args[:1], *node.keywords)
        if any(_starts_at(each, span) for each in given) and here.names_called(record) == {"dbos.DBOSClient"}:
            return node, record
    return None


def _starts_at(node: ast.expr | ast.keyword, span: Span) -> bool:
    return (node.lineno, node.col_offset) == span[:2]
