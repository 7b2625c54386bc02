"""Names that dbos never had, given the name that was meant, where only one can have been."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from dbos_lint.catalog.history import Kind, Status, Symbol, Version, history
from dbos_lint.fix import Fix, Replace
from dbos_lint.rules.mending import meant, rename_attribute, rename_keyword, reworded, unsafe
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.symbols import Use
from dbos_lint.syntax.spans import Span, span_of
from dbos_lint.syntax.trees import walk


def rename_member(here: Here, target: Version, use: Use, span: Span) -> Fix | None:
    """Name the member of dbos that was meant: where it is imported, with all that uses it, or where it is got."""
    name = use.member
    new = meant(name, _present(history().members(use.owner).values(), target))
    if new is None:
        return None
    title = f"write '{new}' for '{name}'"
    nodes = [node for node in walk(here.collected.tree) if isinstance(node, (ast.Attribute, ast.alias))]
    found = [node for node in nodes if span_of(node) == span]
    if len(found) != 1:
        return None
    if isinstance(found[0], ast.Attribute):
        return unsafe(title, rename_attribute(found[0], new)) if found[0].attr == name else None
    return _imported(here, found[0], new, title)


def _imported(here: Here, alias: ast.alias, new: str, title: str) -> Fix | None:
    """The name in an import, and wherever the file uses what it binds."""
    row, col = alias.lineno, alias.col_offset
    own = Replace(Span(row, col, row, col + len(alias.name.encode())), new)
    if alias.asname is not None:
        return unsafe(title, own)
    name = alias.name
    bound = [each for scope in here.module.scopes for key in (name, new) for each in scope.bindings.get(key, ())]
    strings = (node.value for node in walk(here.collected.tree) if isinstance(node, ast.Constant))
    if len(bound) != 1 or any(isinstance(text, str) and name in text for text in strings):
        return None
    names = [node for node in walk(here.collected.tree) if isinstance(node, ast.Name) and node.id == name]
    return unsafe(title, own, *(Replace(span_of(node), new) for node in names))


def rename_parameter(
    here: Here, target: Version, name: str, parameters: Iterable[Symbol], habits: Mapping[str, str], span: Span
) -> Fix | None:
    """Give an argument the name of the parameter that was meant, unless something else is given for that."""
    there = {symbol.last: symbol for symbol in parameters if symbol.is_in(target)}
    habit = habits.get(name, "")
    new = habit if habit in there else meant(name, _present(there.values(), target))
    if new is None:
        return None
    title = f"rename '{name}' to '{new}'"
    for call, keyword in _keywords(here):
        if (keyword.lineno, keyword.col_offset) == span[:2] and keyword.arg == name:
            position = there[new].position
            given = {each.arg for each in call.keywords}
            is_given = new in given or None in given or (position is not None and position < len(call.args))
            is_hidden = any(isinstance(each, ast.Starred) for each in call.args)
            return None if is_given or is_hidden else unsafe(title, rename_keyword(keyword, new))
    for node in walk(here.collected.tree):
        if isinstance(node, ast.Dict):
            for key in node.keys:
                if key is not None and span_of(key) == span:
                    taken = any(isinstance(each, ast.Constant) and each.value == new for each in node.keys)
                    return None if taken else unsafe(title, reworded(key, new))
    return None


def _keywords(here: Here) -> Iterator[tuple[ast.Call, ast.keyword]]:
    return ((node, keyword) for node, _ in here.collected.nodes.calls for keyword in node.keywords)


def _present(symbols: Iterable[Symbol], target: Version) -> Iterator[str]:
    for symbol in symbols:
        if symbol.status(target) is Status.PRESENT and symbol.kind is not Kind.INTERNAL:
            yield symbol.last
