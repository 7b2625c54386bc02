"""Requests that a framework keeps in a variable of its own, and does not hand to the handler."""

from __future__ import annotations

from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.derived import names_in
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.values import External

_REQUESTS = frozenset(f"{package}.request" for package in ("bottle", "flask", "quart", "sanic"))


def request_names(here: Here, function: Function, body: Body) -> frozenset[str]:
    """The names in ``function`` that are the request."""
    place = Place(function.scope)
    return frozenset(
        name
        for name in names_in(*body.statements)
        if any(
            isinstance(value, External) and value.name in _REQUESTS
            for value in here.resolver.resolve(here.module, name, place)
        )
    )
