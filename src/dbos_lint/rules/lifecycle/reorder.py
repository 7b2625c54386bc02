"""Decorators in their right order and form."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence

from dbos_lint.catalog import api
from dbos_lint.fix import Arguments, Decorators, Fix, Replace
from dbos_lint.rules.mending import behind, between, safe
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.layers import Layer
from dbos_lint.semantics.sites import DECORATOR, Call, Param
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.values import ClassValue, Constant, Entity, External, FunctionValue, Instance
from dbos_lint.syntax.spans import Span, span_of

# Registrations that give a function what a request or a command line says, and by which calls.
_FRAMEWORKS = frozenset({"fastapi", "flask", "quart", "typer"})
_METHODS = frozenset("api_route command delete get head options patch post put route".split())
_OF_PYTHON = frozenset({"builtins", *sys.stdlib_module_names})


def registered_above(here: Here, function: Function, found: Sequence[Layer]) -> Fix | None:
    """Put the decorators that give the function away on top of those that make it durable.

    ``found`` are the layers from the bottom up. What stands among those decorators, or above them, may be meant to
    apply to one and not to the other; and what a framework hands to a function that becomes a workflow must be data.
    """
    top = list(reversed(found))
    durable = [index for index, layer in enumerate(top) if layer.kind]
    moved = [index for index, layer in enumerate(top) if layer.registers and index > durable[0]]
    last = max(durable[-1], moved[-1])
    if not all(_gives_data(name) for index in moved for name in top[index].names):
        return None
    if any(not layer.registers for layer in top[: durable[0]]):
        return None
    if any(not layer.kind and not layer.registers for layer in top[durable[0] : last + 1]):
        return None
    if not all(_is_data(here, function, param) for param in function.params):
        return None
    stay = [index for index in range(durable[0], len(top)) if index not in moved]
    span = _definition(here, function)
    return safe("put the registration on top", Decorators(span, (*range(durable[0]), *moved, *stay))) if span else None


def _gives_data(name: str) -> bool:
    return name.partition(".")[0] in _FRAMEWORKS and name.rpartition(".")[2] in _METHODS


def _is_data(here: Here, function: Function, param: Param) -> bool:
    """Whether a framework gives data for the parameter, and no request, session or the like."""
    literal = param.default is None or (isinstance(param.default, tuple) and param.default[0] == "const")
    if param.annotation is None:
        return literal and param.kind in ("positional", "keyword") and (param.required or param.default is not None)
    values = here.resolver.resolve(here.module, param.annotation, here.place(function))
    return literal and bool(values) and all(_is_plain(value) for value in values)


def _is_plain(value: object) -> bool:
    if value == Constant(None):
        return True
    if not isinstance(value, Instance):
        return False
    name = value.type.name if isinstance(value.type, External) else ""
    return isinstance(value.type, ClassValue) or ("." not in name or name.partition(".")[0] in _OF_PYTHON)


def _definition(here: Here, function: Function) -> Span | None:
    node = here.body(function).node
    return span_of(node) if isinstance(node, ast.stmt) else None


# ---------------------------------------------------------------------- parentheses


def called(name: str, span: Span) -> Fix | None:
    """``@DBOS.workflow`` to ``@DBOS.workflow()``; what roles there are nobody knows."""
    if name.endswith(("roles", "scheduled")):
        return None
    end = Span(span.end_row, span.end_col, span.end_row, span.end_col)
    return safe(f"write @{name}()", Replace(end, "()"))


def uncalled(node: ast.Call, call: Call) -> Fix | None:
    """``@DBOS.alert_handler()`` to ``@DBOS.alert_handler``."""
    if not call.flags & DECORATOR:
        return None
    return safe("write @DBOS.alert_handler", between(node.func, node, 2, ""))


def by_keyword(here: Here, name: str, node: ast.Call, call: Call) -> Fix | None:
    """The one option that a decorator is given by position, by its name; or the function that it is given to the
    decorator that it makes."""
    if len(node.args) != 1 or any(keyword.arg in (None, "name") for keyword in node.keywords):
        return None
    values = here.resolve(call.args[0], call)
    if len(values) != 1 or name not in api.KEYWORDS_ONLY:
        return None
    if isinstance(values[0], (FunctionValue, Entity)):
        if node.keywords:
            return None
        short = name.removeprefix("dbos.")
        return safe(f"write {short}()(...)", behind(node.func, "()"))
    text = values[0].value if isinstance(values[0], Constant) else None
    if isinstance(text, str) and text and here.has(f"{name.removeprefix('dbos.')}(name)"):
        return safe("give the name as a keyword", Arguments(span_of(node), keywords=((0, "name"),)))
    return None
