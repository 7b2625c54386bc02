"""Import and Unimport: what a file imports, put where its other imports are and in the order that they have."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from dbos_lint.fix import Import, Unimport
from dbos_lint.fixes.document import Document
from dbos_lint.fixes.edits import Edit, Void
from dbos_lint.fixes.statements import Statement
from dbos_lint.fixes.usage import Usage, bound_at_top
from dbos_lint.syntax.spans import span_of

_WIDTH = 88


def imports(
    document: Document, changes: Sequence[Import | Unimport], others: Sequence[Edit]
) -> Iterator[Edit | Statement]:
    """What ``changes`` do, once ``others`` are done; and the imports that go."""
    if not changes:  # as for most fixes, each of which is tried by itself: the whole file need not be looked through
        return
    wanted = list(dict.fromkeys(change for change in changes if isinstance(change, Import)))
    meanings = {(bound(change), meaning(change)) for change in wanted}
    if len(meanings) > len({name for name, _ in meanings}):
        raise Void("one name would be imported twice")
    missing = [change for change in wanted if not document.once((_holds, change), partial(_holds, document, change))]
    unwanted = {change.name for change in changes if isinstance(change, Unimport)}
    sure = {change.name for change in changes if isinstance(change, Unimport) and change.gone}
    usage = Usage(document, others)
    gone = dict(_unused(document, unwanted - {bound(change) for change in wanted}, sure, usage))
    if not sure <= {name for statement in document.tree.body for name in _dropped(statement, gone)}:
        raise Void("the import of what goes cannot go")
    added: dict[int, list[str]] = {}
    alone: list[Import] = []
    for change in missing:
        statement = _of_module(document, change, usage.written(bound(change)))
        if statement is None:
            alone.append(change)
        else:
            added.setdefault(id(statement), []).append(_item(change))
    leaving: list[Statement] = []
    for statement in document.tree.body:
        drop = gone.get(id(statement), frozenset())
        texts = added.get(id(statement), [])
        if not isinstance(statement, (ast.Import, ast.ImportFrom)):
            continue  # neither adds to the others, nor takes from them
        if drop and len(drop) == len(statement.names) and not texts:
            leaving.append(Statement(document, span_of(statement)))
        elif drop or texts:
            yield from _changed(document, statement, drop, texts)
    left = {span_of(each.node) for each in leaving}
    if any(isinstance(each, Unimport) and each.beside and left.issuperset(each.beside) for each in changes):
        raise Void("nothing would import its module any more")
    yield from leaving
    yield from _lines(document, alone, usage)


def bound(change: Import) -> str:
    """The name that an import binds."""
    return change.alias or change.name or change.module.partition(".")[0]


def meaning(change: Import) -> object:
    """What it binds that name to: ``import a.b`` and ``import a.c`` bind the same."""
    return change if change.name or change.alias else None


def _item(change: Import) -> str:
    return f"{change.name} as {change.alias}" if change.alias else change.name


def _says(statement: ast.stmt, change: Import) -> bool:
    """Whether ``statement`` is what ``change`` asks for, among others."""
    alias = change.alias or None
    if isinstance(statement, ast.ImportFrom):
        names = [(each.name, each.asname if each.asname != each.name else None) for each in statement.names]
        return bool(change.name) and _module(statement) == change.module and (change.name, alias) in names
    if isinstance(statement, ast.Import):
        return not change.name and (change.module, alias) in [(each.name, each.asname) for each in statement.names]
    return False


def _module(statement: ast.ImportFrom) -> str:
    return "." * statement.level + (statement.module or "")


def _holds(document: Document, change: Import) -> bool:
    """Whether the file imports it already. Raises Void where the name means, or may mean, something else."""
    found = False
    for statement, conditional in bound_at_top(document, bound(change)):
        if _says(statement, change):
            found = found or not conditional
        elif (
            not isinstance(statement, ast.Import)
            or change.name
            or change.alias
            or any(each.asname == bound(change) for each in statement.names)
        ):
            raise Void(f"'{bound(change)}' means something else in the file")
    return found


# ---------------------------------------------------------------------- names of an import


def _of_module(document: Document, change: Import, earliest: int) -> ast.stmt | None:
    """The import that ``change`` is added to."""
    for statement in document.tree.body:
        if (
            change.name
            and isinstance(statement, ast.ImportFrom)
            and _module(statement) == change.module
            and statement.names[0].name != "*"
            and document.place(span_of(statement))[0] <= earliest
        ):
            return statement
    return None


def _changed(document: Document, statement: Any, drop: frozenset[int], texts: Sequence[str]) -> Iterator[Edit]:
    from dbos_lint.fixes import concrete

    start, end = document.place(span_of(statement))
    # Each of the fixes of a round is tried by itself: the names are parsed once.
    items = document.once((_changed, start), lambda: concrete.items_of_import(document.text, start, end))
    names = [document.text[first:last] for first, last in items.places]
    places = _sorted_places(names, texts) if isinstance(statement, ast.ImportFrom) else {}
    edits = list(items.edits(drop, places))
    grow = sum(len(edit.text) - (edit.end - edit.start) for edit in edits)
    line = document.text[document.line_start(start) : document.line_end(start)]
    widest = max(_WIDTH, max(map(len, document.text.split("\n"))))
    if texts and not items.brackets and len(line.partition("#")[0].rstrip()) + grow > widest:
        kept = [name for index, name in enumerate(names) if index not in drop]
        for index, more in sorted(_sorted_places(kept, texts).items(), reverse=True):
            kept[index:index] = more
        indentation = document.indentation(start)
        listed = "".join(f"{indentation}    {name},\n" for name in kept)
        yield Edit(items.start, end, f"(\n{listed}{indentation})")
    else:
        yield from edits


def _by_type(name: str) -> tuple[int, str]:
    """How isort and ruff sort names: constants, classes, and then the others."""
    name = name.partition(" ")[0]
    if len(name) > 1 and name.isupper():
        return 0, name
    return (1, name) if name[:1].isupper() else (2, name)


_ORDERS: tuple[Callable[[str], Any], ...] = (_by_type, str.lower, str)


def _sorted_places(names: Sequence[str], texts: Sequence[str]) -> dict[int, list[str]]:
    """Where each of ``texts`` goes among ``names``: where their order wants it, or behind them."""
    for key in _ORDERS:
        keys = [key(name) for name in names]
        if keys == sorted(keys):
            places: dict[int, list[str]] = {}
            for text in sorted(texts, key=key):
                place = sum(each <= key(text) for each in keys)
                places.setdefault(place, []).append(text)
            return places
    return {len(names): sorted(texts, key=_by_type)}


# ---------------------------------------------------------------------- imports that go


def _dropped(statement: Any, gone: Mapping[int, frozenset[int]]) -> Iterator[str]:
    """The names that an import no longer binds."""
    for index in gone.get(id(statement), ()):
        alias = statement.names[index]
        yield alias.asname or alias.name.partition(".")[0]


def _unused(document: Document, names: set[str], sure: set[str], usage: Usage) -> Iterator[tuple[int, frozenset[int]]]:
    """The imports that bind ``names`` that nothing uses any more, some of them for ``sure``: which of theirs go."""
    for statement in document.tree.body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            drop = frozenset(
                index
                for index, each in enumerate(statement.names)
                if (name := each.asname or each.name.partition(".")[0]) in names
                and each.asname != each.name
                and len(bound_at_top(document, name)) == 1
                and (name in sure or not usage.is_used(name))
            )
            if drop and (
                not sure.isdisjoint(_dropped(statement, {id(statement): drop})) or not _is_kept(document, statement)
            ):
                yield id(statement), drop


def _is_kept(document: Document, statement: ast.stmt) -> bool:
    """Whether a comment says that an import is there for its own sake."""
    start, end = document.place(span_of(statement))
    _, sharp, comment = document.text[start : document.line_end(end)].partition("#")
    return bool(re.search(r"#\s*noqa(?!:)|\bF401\b", sharp + comment, re.IGNORECASE))


# ---------------------------------------------------------------------- imports that come


def _lines(document: Document, changes: Sequence[Import], usage: Usage) -> Iterator[Edit]:
    """Imports with a line of their own."""
    grouped: dict[tuple[str, bool], list[Import]] = {}
    for change in changes:
        grouped.setdefault((change.module, bool(change.name)), []).append(change)
    made: list[tuple[int, Edit]] = []
    for (module, named), group in sorted(grouped.items()):
        earliest = min(usage.written(bound(change)) for change in group)
        if named:
            texts = [f"from {module} import {', '.join(sorted(map(_item, group), key=_by_type))}"]
        else:
            texts = [f"import {module} as {each.alias}" if each.alias else f"import {module}" for each in group]
        made += ((_kind(module), _line(document, module, text, earliest)) for text in texts)
    yield from _together(made)


def _together(made: Sequence[tuple[int, Edit]]) -> Iterator[Edit]:
    """Lines that make a new section of imports, without the blank lines between them."""
    for index, (kind, edit) in enumerate(made):
        text = edit.text
        if any(each == kind and other.start == edit.start for each, other in made[:index]):
            text = text.removeprefix("\n")
        if any(each == kind and other.start == edit.start for each, other in made[index + 1 :]):
            text = text.removesuffix("\n\n") + "\n" if text.endswith("\n\n") else text
        yield Edit(edit.start, edit.end, text)


def _kind(module: str) -> int:
    """Which section an import belongs to: of the standard library, of others, of this package."""
    if module.startswith("."):
        return 2
    return 0 if module.partition(".")[0] in sys.stdlib_module_names else 1


def _line(document: Document, module: str, text: str, earliest: int) -> Edit:
    kind = _kind(module)
    sections = document.once(_sections, partial(_sections, document))
    chosen = _section(sections, module, kind)
    if chosen is not None:
        members = [each for each in chosen if _kind(_named(each)) == kind]
        previous = _previous(members, module, text)
        if previous is None:
            return _checked(document, _above(document, members[0]), text + "\n", earliest)
        return _checked(document, Statement(document, span_of(previous)).behind, text + "\n", earliest, previous)
    later = [section for section in sections if min(_kind(_named(each)) for each in section) > kind]
    sooner = [section for section in sections if section not in later]
    if sooner:
        last = sooner[-1][-1]
        return _checked(document, Statement(document, span_of(last)).behind, f"\n{text}\n", earliest, last)
    if later:
        return _checked(document, _above(document, later[0][0]), f"{text}\n\n", earliest)
    return _first_import(document, text, earliest)


def _first_import(document: Document, text: str, earliest: int) -> Edit:
    """The import of a file that has none but those of ``__future__``."""
    body = document.tree.body
    first = body[0] if body else None
    behind = next(reversed(_leading(document)), first if _has_docstring(document) else None)
    if behind is not None:
        place = Statement(document, span_of(behind)).behind
        empty = "" if document.text[place : place + 1] in ("", "\n") else "\n"
        return _checked(document, place, f"\n{text}\n{empty}", earliest, behind)
    if first is None:
        raise Void("the file is empty")
    return _checked(document, Statement(document, span_of(first)).first_line, f"{text}\n\n", earliest)


def _checked(document: Document, place: int, text: str, earliest: int, previous: ast.stmt | None = None) -> Edit:
    """The edit that puts ``text`` at ``place``, where a line begins, if that is above its first use."""
    if previous is not None and place and document.text[place - 1] != "\n":
        text = f"\n{text.removesuffix(chr(10))}"
    if earliest < place:
        raise Void("the name would be imported below its use")
    return Edit(place, place, text)


def _above(document: Document, statement: ast.stmt) -> int:
    """The beginning of the line of ``statement``, which must be its own."""
    found = Statement(document, span_of(statement))
    if not found.starts_line:
        raise Void("another statement stands on the same line")
    return found.first_line


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def _leading(document: Document) -> list[ast.stmt]:
    """The imports with which the file begins."""
    found: list[ast.stmt] = []
    for statement in document.tree.body[_has_docstring(document) :]:
        if not isinstance(statement, (ast.Import, ast.ImportFrom)):
            break
        found.append(statement)
    return found


def _has_docstring(document: Document) -> bool:
    return ast.get_docstring(document.tree, clean=False) is not None


def _named(statement: ast.stmt) -> str:
    if isinstance(statement, ast.ImportFrom):
        return _module(statement)
    assert isinstance(statement, ast.Import)
    return statement.names[0].name


def _sections(document: Document) -> list[list[ast.stmt]]:
    """The imports in groups, between which there are empty lines."""
    rows = document.text.split("\n")
    sections: list[list[ast.stmt]] = []
    for statement in _leading(document):
        if _is_future(statement):
            continue
        between = rows[sections[-1][-1].end_lineno or 0 : statement.lineno - 1] if sections else [""]
        if all(row.strip() for row in between):
            sections[-1].append(statement)
        else:
            sections.append([statement])
    return sections


def _section(sections: Sequence[Sequence[ast.stmt]], module: str, kind: int) -> Sequence[ast.stmt] | None:
    package = module.partition(".")[0]
    same_package = [each for each in sections if any(_named(one).partition(".")[0] == package for one in each)]
    same_kind = [each for each in sections if any(_kind(_named(one)) == kind for one in each)]
    return next(iter([*same_package, *same_kind]), None)


def _previous(members: Sequence[ast.stmt], module: str, text: str) -> ast.stmt | None:
    """The import behind which ``text`` goes; ``None``: before them all."""

    def straight_first(straight: bool, name: str) -> tuple[bool, str]:
        return not straight, name.lower()

    def by_name(straight: bool, name: str) -> str:
        return name.lower()

    keys: tuple[Callable[[bool, str], Any], ...] = (straight_first, by_name)
    for key in keys:
        known = [key(isinstance(each, ast.Import), _named(each)) for each in members]
        if known == sorted(known):
            mine = key(text.startswith("import "), module)
            place = sum(each <= mine for each in known)
            return members[place - 1] if place else None
    return members[-1]
