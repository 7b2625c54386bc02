"""Expressions that a migration writes somewhere else: what they are called there, and how they are laid out."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Sequence
from textwrap import indent

from dbos_lint.fix import Import
from dbos_lint.records import NamedTuple
from dbos_lint.rules.migration.files import File, UnsureError
from dbos_lint.rules.migration.urls import text_of
from dbos_lint.rules.migration.variables import imports_from
from dbos_lint.semantics.imports import imported, loaded
from dbos_lint.semantics.literals import literals
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import Place, binding_scope
from dbos_lint.semantics.sites import MODULE
from dbos_lint.semantics.spellings import spelling
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import External
from dbos_lint.syntax.spans import span_of
from dbos_lint.syntax.trees import expression, unparse

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
            imports.update(dict.fromkeys(named(resolver, home, name, target, place)))
    except UnsureError:
        if home is target:
            raise
        found = literals(resolver, home.module, _reference(node), Place(MODULE, node.lineno))
        if found is None or len(found) != 1:
            raise
        return Moved(text_of(ast.Constant(found[0])))
    return Moved(flat(home, node), tuple(imports))


def _reference(node: ast.expr) -> str | None:
    return unparse(node) if isinstance(node, (ast.Name, ast.Attribute)) else None


def named(resolver: Resolver, home: File, name: str, target: File, place: Place) -> tuple[Import, ...]:
    """What has to be imported for ``name``, a name of the module ``home``, to mean the same at ``place``.

    Raises UnsureError where that is not certain.
    """
    at_home = home.module.scopes[MODULE].bindings.get(name, ())
    scope = binding_scope(target.module, place.scope, name)
    if not at_home:
        if hasattr(builtins, name) and scope is None:
            return ()
    elif len(at_home) == 1 and not _is_changed(home.module, name):
        if home is target:
            if scope is not None and scope.id == MODULE:
                return ()
        elif at_home[0].kind == "import":
            found = _imported(resolver, home, name, target, place)
            if found is not None:
                return found
        elif scope is None:
            for node in imports_from(target, home.path, resolver):
                return (Import("." * node.level + (node.module or ""), name),)
        elif scope.id == MODULE and _source(resolver, target.module, name) == (home.path, name):
            return ()
    raise UnsureError(f"'{name}' does not mean the same where DBOS is launched")


def _imported(resolver: Resolver, home: File, name: str, target: File, place: Place) -> tuple[Import, ...] | None:
    """What has to be imported for ``name``, which ``home`` imports; from where that does, so that it need not go on."""
    project = resolver.project
    scope = binding_scope(target.module, place.scope, name)
    binding = home.module.scopes[MODULE].bindings[name][0]
    values = resolver.resolve(home.module, name, Place(MODULE, binding.row + 1))
    if len(values) == 1 and isinstance(values[0], External):
        if scope is None and binding.value == (name, "", 0) == (values[0].name, "", 0):
            return (Import(name),)
        spelt = spelling(resolver, target.module, place, values[0].name)
        return spelt.imports if spelt is not None and spelt.text == name else None
    found = _source(resolver, home.module, name)
    if found is None:
        return None
    path, attribute = found
    if scope is not None:
        return () if scope.id == MODULE and _source(resolver, target.module, name) == found else None
    source = project.module(path)
    if source is None or _is_changed(source, attribute):
        return None
    alias = name if name != attribute else ""
    for node in imports_from(target, path, resolver):
        return (Import("." * node.level + (node.module or ""), attribute, alias),)
    around = {module.path for module in imported(project, source)}
    if project.find(source.name, 0, target.path) != path or target.path in around:
        return None
    if not loads_first(resolver, target, path):
        return None
    return (Import(source.name, attribute, alias),)


def loads_first(resolver: Resolver, target: File, path: str) -> bool:
    """Whether the imports with which ``target`` begins load the module at ``path``: one more import of it there loads
    nothing earlier than before, above what prepares for it."""
    project = resolver.project
    for node in target.tree.body:
        if isinstance(node, ast.ImportFrom):
            names = [(node.module or "", alias.name, node.level) for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [(alias.name, "", 0) for alias in node.names]
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        else:
            return False
        for found in (each for name in names for each in loaded(project, target.module, *name)):
            module = project.module(found)
            if found == path or (module is not None and path in {each.path for each in imported(project, module)}):
                return True
    return False


def _source(resolver: Resolver, module: Module, name: str) -> tuple[str, str] | None:
    """The file of the project, and the name in it, that ``name`` of ``module`` is imported from at its top."""
    project, found = resolver.project, None
    seen: set[tuple[str, str]] = set()
    while True:
        bindings = module.scopes[MODULE].bindings.get(name, ())
        if len(bindings) != 1 or bindings[0].kind != "import" or bindings[0].block:
            return found
        source, attribute, level = bindings[0].value
        path = project.find(source, level, module.path)
        known = project.module(path) if path is not None and path.endswith(".py") else None
        if known is None or not attribute or (known.path, attribute) in seen:
            return found
        module, name, found = known, attribute, (known.path, attribute)
        seen.add(found)


def _is_changed(module: Module, name: str) -> bool:
    scope = module.scopes[MODULE]
    written = (write.target for function in module.functions for write in function.writes if write.kind == "name")
    return len(scope.bindings.get(name, ())) > 1 or name in scope.augmented or name in written


def flat(file: File, node: ast.expr) -> str:
    """The text of an expression on one line."""
    text = file.text(span_of(node))
    if "\n" in text:
        text = joined(text)
        parsed = expression(text)
        text = text if parsed is not None and ast.dump(parsed) == ast.dump(node) else text_of(node)
    return text


def joined(text: str) -> str:
    """The lines of ``text`` as one, with no blank inside of a bracket where a line ended."""
    lines = "\n".join(filter(None, map(str.strip, text.split("\n"))))
    return re.sub(r"([(\[{])\n", r"\1", re.sub(r",?\n([)\]}])", r"\1", lines)).replace("\n", " ")


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
    """``head([entry, ...])`` on one line, or an entry a line where that gets too long, or comments stand above one."""
    line = f"{head}[{', '.join(entries)}])"
    if len(line) <= _WIDTH - 4 and "\n" not in line:
        return f"{line}\n"
    return "\n".join([head, "    [", *(f"{indent(entry, ' ' * 8)}," for entry in entries), "    ]", ")", ""])
