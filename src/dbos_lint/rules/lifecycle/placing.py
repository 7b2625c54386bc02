"""A launch in its place: under a main guard, and with its end."""

from __future__ import annotations

import ast

from dbos_lint.fix import After, Fix, Under
from dbos_lint.rules.mending import text_of, unsafe
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.lines import Event
from dbos_lint.semantics.sites import MODULE
from dbos_lint.syntax.spans import Span, span_of

_SIMPLE = (ast.Expr, ast.Assign, ast.AnnAssign, ast.For, ast.With, ast.If, ast.Try)
# What serves an application imports its module, which must then launch all by itself.
_SERVED = frozenset(
    "aiohttp bottle celery chalice django fastapi fastmcp flask litestar mcp ninja quart robyn sanic starlette".split()
)


def under_guard(here: Here, event: Event) -> Fix | None:
    """Put the end of a script, from the launch on, under a main guard, where it goes on to run workflows itself."""
    frame = event.frames[-1]
    body = here.collected.tree.body
    if len(event.frames) != 1 or frame.key.module != here.module.path or frame.key.id != MODULE:
        return None
    first = next((index for index, each in enumerate(body) if _holds(each, event.span)), None)
    if first is None or len(body) - first < 2 or not isinstance(body[first], ast.Expr):
        return None
    tail = body[first:]
    if not all(isinstance(each, _SIMPLE) for each in tail) or _is_served(here) or not _runs_workflows(here, tail):
        return None
    bound = {name.id for each in tail for name in ast.walk(each) if isinstance(name, ast.Name) and _is_stored(name)}
    if any(isinstance(each, ast.Name) and each.id in bound for above in body[:first] for each in ast.walk(above)):
        return None
    if here.module.exports is not None and bound & set(here.module.exports):
        return None
    return unsafe(
        "launch under a main guard, with all that follows",
        Under('if __name__ == "__main__":', span_of(tail[0]), span_of(tail[-1])),
    )


def _is_stored(name: ast.Name) -> bool:
    return not isinstance(name.ctx, ast.Load)


def _is_served(here: Here) -> bool:
    """Whether the module imports what serves applications."""
    names: set[str] = set()
    for node in here.collected.nodes.imports:
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return not names.isdisjoint(_SERVED)


def _runs_workflows(here: Here, statements: list[ast.stmt]) -> bool:
    """Whether the statements behind the launch run workflows: then this is a program, and no module of one."""
    own = here.body(here.module.functions[MODULE])
    return any(True for each in statements[1:] for _ in here.durable_calls(own, each))


def destroyed(here: Here, event: Event) -> Fix | None:
    """End what a context manager launches, behind its ``yield`` and all that it does there."""
    for node, function in here.collected.nodes.functions:
        last = _end(node.body, event.span)
        if last is None or isinstance(last, (ast.Return, ast.Raise)):
            continue
        for called, call in here.body(function).calls(*node.body):
            if call.span == event.span and isinstance(called.func, ast.Attribute) and called.func.attr == "launch":
                owner = text_of(called.func.value)
                title = f"call {owner}.destroy() when the context is left"
                return unsafe(title, After(span_of(last), f"{owner}.destroy()\n")) if owner else None
    return None


def _end(body: list[ast.stmt], launch: Span) -> ast.stmt | None:
    """The statement that runs last when the context is left, where it is entered by the only ``yield`` of a generator,
    below the launch: both stand in ``body``, or in a ``try`` at its end."""
    if sum(isinstance(each, ast.Yield) for statement in body for each in ast.walk(statement)) != 1:
        return None
    last = body[-1]
    inner = last.body if isinstance(last, ast.Try) and last.finalbody else []
    line = [*body, *inner]
    entered = next((each for each in line if isinstance(each, ast.Expr) and isinstance(each.value, ast.Yield)), None)
    if entered is None or span_of(entered) < launch or not any(_holds(each, launch) for each in line):
        return None
    return last.finalbody[-1] if isinstance(last, ast.Try) and entered in inner else last


def _holds(statement: ast.stmt, span: Span) -> bool:
    """Whether a statement is, at its own depth, the call at ``span``."""
    return isinstance(statement, ast.Expr) and span_of(statement.value) == span
