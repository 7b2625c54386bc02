"""Expressions that a migration writes somewhere else: what they are called there, and how they are laid out."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Sequence
from typing import NamedTuple

from dbos_lint.fix import Import
from dbos_lint.rules.migration.files import File, UnsureError
from dbos_lint.rules.migration.urls import text_of
from dbos_lint.rules.migration.variables import imports_from
from dbos_lint.semantics.literals import literals
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import Place, binding_scope
from dbos_lint.semantics.spellings import spelling
from dbos_lint.semantics.summary import MODULE
from dbos_lint.semantics.values import External
from dbos_lint.syntax.spans import span_of

_WIDTH = 88
_ORDINARY = (
    ast.Constant, ast.Name, ast.Attribute, ast.Call, ast.keyword, ast.Dict, ast.List, ast.Tuple, ast.Subscript,
    ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.expr_context, ast.operator, ast.unaryop,
    ast.boolop, ast.cmpop, ast.JoinedStr, ast.FormattedValue,
)  # fmt: skip


class Moved(NamedTuple):
    """The text of an expression where it is wanted, once ``imports`` hold there."""

    text: str
    imports: tuple[Import, ...] = ()


def moved(resolver: Resolver, home: File, node: ast.expr, target: File, place: Place) -> Moved:
    """The expression ``node``, of the module ``home``'s own code, as it is written at ``place`` of ``target``.

    Raises UnsureError where its names do not mean the same there.
    """
    if not all(isinstance(each, _ORDINARY) for each in ast.walk(node)):
        raise UnsureError(f"'{_short(home, node)}' cannot be moved to DBOS.launch()")
    imports: dict[Import, None] = {}
    try:
        for name in dict.fromkeys(each.id for each in ast.walk(node) if isinstance(each, ast.Name)):
            imports.update(dict.fromkeys(_named(resolver, home, name, target, place)))
    except UnsureError:
        if home is target:
            raise
        found = literals(resolver, home.module, _reference(node), Place(MODULE, node.lineno))
        if found is None or len(found) != 1:
            raise
        return Moved(text_of(ast.Constant(found[0])))
    return Moved(flat(home, node), tuple(imports))


def _reference(node: ast.expr) -> str | None:
    return ast.unparse(node) if isinstance(node, (ast.Name, ast.Attribute)) else None


def _named(resolver: Resolver, home: File, name: str, target: File, place: Place) -> tuple[Import, ...]:
    """What has to be imported for ``name``, a name of the module ``home``, to mean the same at ``place``."""
    at_home = home.module.scopes[MODULE].bindings.get(name, ())
    scope = binding_scope(target.module, place.scope, name)
    if not at_home:
        if hasattr(builtins, name) and scope is None:
            return ()
    elif len(at_home) == 1 and home is target:
        if scope is not None and scope.id == MODULE and not _is_changed(home, name):
            return ()
    elif len(at_home) == 1 and not _is_changed(home, name):
        values = resolver.resolve(home.module, name, Place(MODULE, at_home[0].row + 1))
        if at_home[0].kind == "import" and len(values) == 1 and isinstance(values[0], External):
            found = spelling(resolver, target.module, place, values[0].name)
            if found is not None and found.text == name:
                return found.imports
        elif scope is None:
            for node in imports_from(target, home.path, resolver):
                return (Import("." * node.level + (node.module or ""), name),)
        elif scope.id == MODULE and len(scope.bindings[name]) == 1 and scope.bindings[name][0].kind == "import":
            source, attribute, level = scope.bindings[name][0].value
            if attribute == name and resolver.project.find(source, level, target.path) == home.path:
                return ()
    raise UnsureError(f"'{name}' does not mean the same where DBOS is launched")


def _is_changed(file: File, name: str) -> bool:
    scope = file.module.scopes[MODULE]
    written = (write.target for function in file.module.functions for write in function.writes if write.kind == "name")
    return name in scope.augmented or name in written


def flat(file: File, node: ast.expr) -> str:
    """The text of an expression on one line."""
    text = file.text(span_of(node))
    if "\n" in text:
        joined = re.sub(r",?\s*\n\s*([)\]}])", r"\1", text)
        joined = re.sub(r"([(\[{])\s*\n\s*", r"\1", joined)
        text = re.sub(r"\s*\n\s*", " ", joined)
        try:
            same = ast.dump(ast.parse(text, mode="eval").body) == ast.dump(node)
        except SyntaxError:
            same = False
        text = text if same else text_of(node)
    return text


def _short(file: File, node: ast.expr) -> str:
    text = " ".join(file.text(span_of(node)).split())
    return text if len(text) < 40 else f"{text[:37]}..."


def literal(value: str) -> str:
    """A string as text."""
    return text_of(ast.Constant(value))


def statement(head: str, items: Sequence[str], tail: str) -> str:
    """``head``, ``items`` and ``tail`` on one line, or an item a line where that gets too long."""
    line = f"{head}{', '.join(items)}{tail}"
    if len(line) <= _WIDTH - 4:
        return f"{line}\n"
    return "\n".join([head, *(f"    {item}," for item in items), tail, ""])


def listed(head: str, entries: Sequence[str]) -> str:
    """``head([entry, ...])`` on one line, or an entry a line where that gets too long."""
    line = f"{head}[{', '.join(entries)}])"
    if len(line) <= _WIDTH - 4:
        return f"{line}\n"
    return "\n".join([head, "    [", *(f"        {entry}," for entry in entries), "    ]", ")", ""])
