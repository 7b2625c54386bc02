"""Who reads what durable code has changed."""

from __future__ import annotations

import ast
from functools import cached_property

from dbos_lint.catalog import api, types
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.contexts import Reached
from dbos_lint.semantics.scoping import binding_scope
from dbos_lint.semantics.sites import MODULE
from dbos_lint.semantics.summary import Function, Scope
from dbos_lint.semantics.values import FunctionKey
from dbos_lint.syntax.spans import span_of
from dbos_lint.syntax.trees import name_of, unparse

_STEPS = (api.STEP, api.TRANSACTION)


def is_read(here: Here, reached: Reached) -> bool | None:
    """Whether workflow code or another step of this file reads what is changed; None where that cannot be told.

    A step may read for itself what it counts: it is not run again. In a file of tests, what nobody reads is for them.
    """
    if reached.origin.module != here.module.path:
        return None
    writer = here.module.functions[reached.origin.id]
    changed = _changed(here.body(writer), reached) if writer.name != "<lambda>" else None
    owner = _scope(here, writer, changed) if changed is not None else None
    if changed is None or owner is None:
        return None
    readers = here.once(_Readers)
    return any(
        _scope(here, reader, changed) is owner
        for reader in readers.of(unparse(changed), owner)
        if reached.context == api.WORKFLOW or (reader.id != writer.id and readers.runs_beside(reader, reached.chain[0]))
    )


class _Readers:
    """The functions of one file that run as workflow code or in a step, by what they read."""

    def __init__(self, here: Here) -> None:
        self._here = here
        self._roots: dict[int, set[int]] = {}
        self._read: dict[int, set[str]] = {}
        self._mentioning: dict[int, dict[str, dict[int, Function]]] = {}
        for context in _STEPS:
            for key in here.contexts.visits[context]:
                if key.module == here.module.path:
                    self._roots.setdefault(key.id, set()).add(here.contexts.root(context, key).id)

    def of(self, text: str, owner: Scope) -> list[Function]:
        """Those within ``owner`` that read ``text``, a name or an attribute, by the order of the file."""
        if owner.id not in self._mentioning:
            self._mentioning[owner.id] = self._mentions(self._within[owner.id])
        mentioning = self._mentioning[owner.id].get(text.rpartition(".")[2], {})
        return [function for function in mentioning.values() if text in self._read_by(function)]

    def _read_by(self, function: Function) -> set[str]:
        if function.id not in self._read:
            self._read[function.id] = _read(self._here.body(function))
        return self._read[function.id]

    def runs_beside(self, reader: Function, root: FunctionKey) -> bool:
        """Whether ``reader`` runs as workflow code, or in another step than ``root``."""
        return self._here.contexts.runs_as(reader.id, api.WORKFLOW) or self._roots[reader.id] != {root.id}

    @cached_property
    def _within(self) -> dict[int, list[Function]]:
        """The functions by the scopes that they stand in, the module's own the last of them."""
        found: dict[int, list[Function]] = {scope.id: [] for scope in self._here.module.scopes}
        for id in sorted({*self._roots, *self._here.contexts.running[api.WORKFLOW]}):
            function = self._here.module.functions[id]
            scope = function.scope
            while scope != MODULE:
                found[scope].append(function)
                scope = self._here.module.scopes[scope].parent
            found[MODULE].append(function)
        return found

    def _mentions(self, functions: list[Function]) -> dict[str, dict[int, Function]]:
        """Those that mention a name or an attribute, which few of those do that a step changes."""
        found: dict[str, dict[int, Function]] = {}
        for function in functions:
            for node in self._here.body(function).walk() if function.name != "<lambda>" else ():
                for each in ast.walk(node) if isinstance(node, ast.Lambda) else (node,):
                    name = name_of(each)
                    if name:
                        found.setdefault(name, {})[function.id] = function
        return found


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


def _read(body: Body) -> set[str]:
    """What is read: not only to change what it holds."""
    found: set[str] = set()
    for node in body.walk():
        if isinstance(node, ast.Lambda):
            found |= _read_inside(node)
        elif isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load):
            found |= {unparse(node)} if not _is_changed(body, node) else set()
    return found


def _is_changed(body: Body, node: ast.expr) -> bool:
    """Whether what ``node`` holds, or an item of it (``seen[key].add(x)``), is only changed here."""
    parent = body.parent(node)
    while isinstance(parent, ast.Subscript) and parent.value is node and isinstance(parent.ctx, ast.Load):
        node, parent = parent, body.parent(parent)
    if isinstance(parent, (ast.Subscript, ast.Attribute)) and not isinstance(parent.ctx, ast.Load):
        return parent.value is node
    return isinstance(parent, ast.Attribute) and parent.attr in types.MUTATORS and _is_dropped(body, parent)


def _read_inside(function: ast.Lambda) -> set[str]:
    """What a lambda, such as the key of a ``sorted``, reads of what it is not given, without what it changes."""
    own = {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}
    nodes = list(ast.walk(function.body))
    changed = {id(node.value) for node in nodes if isinstance(node, ast.Attribute) and node.attr in types.MUTATORS}
    read = {unparse(node) for node in nodes if isinstance(node, (ast.Name, ast.Attribute)) and id(node) not in changed}
    return {text for text in read if text.partition(".")[0] not in own}


def _is_dropped(body: Body, method: ast.Attribute) -> bool:
    """Whether ``method`` is called for its effect alone."""
    call = body.parent(method)
    return isinstance(call, ast.Call) and isinstance(body.parent(call), ast.Expr)
