"""Who reads what a step has changed."""

from __future__ import annotations

import ast

from dbos_lint.catalog import api, types
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.contexts import Reached
from dbos_lint.semantics.scoping import binding_scope
from dbos_lint.semantics.summary import Function, Scope
from dbos_lint.semantics.values import FunctionKey
from dbos_lint.syntax.spans import span_of

_STEPS = (api.STEP, api.TRANSACTION)


def is_read_elsewhere(here: Here, reached: Reached) -> bool:
    """Whether workflow code, or another step, of this file reads what the step of ``reached`` changes."""
    if reached.origin.module != here.module.path:
        return False
    writer = here.module.functions[reached.origin.id]
    changed = _changed(here.body(writer), reached) if writer.name != "<lambda>" else None
    if changed is None:
        return False
    owner = _scope(here, writer, changed)
    text = ast.unparse(changed)
    return owner is not None and any(
        _scope(here, reader, changed) is owner and _reads(here.body(reader), text)
        for reader in _readers(here, reached.chain[0])
        if reader.name != "<lambda>" and reader.id != writer.id
    )


def _changed(body: Body, reached: Reached) -> ast.expr | None:
    """The variable or attribute that is changed at the place of the effect."""
    for node in body.walk():
        if isinstance(node, ast.expr) and span_of(node) == reached.effect.span:
            if isinstance(node, ast.Call):
                node = node.func.value if isinstance(node.func, ast.Attribute) else node
            while isinstance(node, ast.Subscript):
                node = node.value
            return node if isinstance(node, (ast.Name, ast.Attribute)) else None
    return None


def _scope(here: Here, function: Function, changed: ast.expr) -> Scope | None:
    """Where the name through which it is changed is bound, as ``function`` sees it; ``self`` is the class's."""
    while isinstance(changed, ast.Attribute):
        changed = changed.value
    if not isinstance(changed, ast.Name):
        return None
    if changed.id == function.receiver and function.owner is not None:
        return here.module.scopes[here.module.classes[function.owner].scope]
    return binding_scope(here.module, function.scope, changed.id)


def _readers(here: Here, root: FunctionKey) -> list[Function]:
    """The functions of this file that run as workflow code, or in another step than ``root``."""
    contexts = here.contexts
    found = {key.id for key in contexts.visits[api.WORKFLOW] if key.module == here.module.path}
    for context in _STEPS:
        for key in contexts.visits[context]:
            if key.module == here.module.path and contexts.root(context, key).id != root.id:
                found.add(key.id)
    return [here.module.functions[id] for id in sorted(found)]


def _reads(body: Body, text: str) -> bool:
    """Whether ``text`` is read: not only to change what it holds."""
    for node in body.walk():
        if isinstance(node, ast.Lambda) and _reads_inside(node, text):
            return True
        if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load) and ast.unparse(node) == text:
            parent = body.parent(node)
            if isinstance(parent, (ast.Subscript, ast.Attribute)) and not isinstance(parent.ctx, ast.Load):
                continue
            if isinstance(parent, ast.Attribute) and parent.attr in types.MUTATORS and _is_dropped(body, parent):
                continue
            return True
    return False


def _reads_inside(function: ast.Lambda, text: str) -> bool:
    """Whether a lambda, such as the key of a ``sorted``, reads ``text``, and does not call what changes it."""
    if any(isinstance(node, ast.arg) and node.arg == text.partition(".")[0] for node in ast.walk(function.args)):
        return False
    changed = [
        node.value
        for node in ast.walk(function.body)
        if isinstance(node, ast.Attribute) and node.attr in types.MUTATORS
    ]
    return any(
        isinstance(node, (ast.Name, ast.Attribute)) and node not in changed and ast.unparse(node) == text
        for node in ast.walk(function.body)
    )


def _is_dropped(body: Body, method: ast.Attribute) -> bool:
    """Whether ``method`` is called for its effect alone."""
    call = body.parent(method)
    return isinstance(call, ast.Call) and isinstance(body.parent(call), ast.Expr)
