"""Keys of a ``DBOSConfig`` that dbos 3.x no longer has."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from dbos_lint.catalog import api
from dbos_lint.catalog.history import Symbol
from dbos_lint.fix import Applicability, Arguments, ByHand, Change, Delete, Expression, Fix, Keys, Replace
from dbos_lint.rules.migration.datasources import Datasources
from dbos_lint.rules.migration.system_urls import SYSTEM, system_url
from dbos_lint.rules.migration.urls import Url
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.typed_dicts import Entry, TypedDicts
from dbos_lint.syntax.spans import Span, span_of
from dbos_lint.syntax.trees import walk

_URLS = ("database_url", "application_database_url", SYSTEM)


@dataclass(frozen=True, slots=True)
class Given:
    """A key that a configuration gives, with the expression of its value and the other keys beside it."""

    here: Here
    dicts: TypedDicts
    entry: Entry
    value: ast.expr
    beside: Mapping[str, ast.expr]


Mend: TypeAlias = Callable[[Given], Fix | ByHand]


def configured(here: Here, symbol: Symbol, span: Span) -> Fix | ByHand | None:
    """A key of a configuration that is reported at ``span``."""
    for entry in here.typed_dicts.entries(api.CONFIG):
        if entry.key == symbol.last and here.typed_dicts.spans(entry)[0] == span:
            home = here.once(Datasources).program.typed_dicts(entry.module)
            found = entry if entry.module == here.module.path else _elsewhere(here, entry)
            return _mended(here, home, found) if home is not None and found is not None else None
    return None


def _elsewhere(here: Here, entry: Entry) -> Entry | None:
    """The entry of another file for which a call of this one stands."""
    for use in here.typed_dicts.uses(api.CONFIG):
        for literal in use.literals if use.call.span == entry.span else ():
            for index, (name, ref) in enumerate(literal.items):
                if name == entry.key and literal.module == entry.module:
                    return Entry(name, ref, literal.module, literal.place, literal.span, index)
    return None


def _mended(here: Here, home: TypedDicts, entry: Entry) -> Fix | ByHand | None:
    value = here.once(Datasources).value(here.resolver.module(entry.module), entry)
    beside = _beside(here, home, entry)
    if value is None or beside is None:
        return ByHand("it cannot be told what else this configuration gives")
    return _MENDS[entry.key](Given(here, home, entry, value, beside))


def _beside(here: Here, dicts: TypedDicts, entry: Entry) -> Mapping[str, ast.expr] | None:
    """The keys of the configuration that has ``entry``; None where they are not all known."""
    known = dicts.literals(api.CONFIG)
    entries = [each for each in dicts.entries(api.CONFIG) if each.module == entry.module]
    if not any(each.span == entry.span for each in entries):
        # Its own file does not tell what it is.
        written = dicts.written(entry.span)
        pairs = zip(written.keys, written.values, strict=True) if isinstance(written, ast.Dict) else ()
        texts = {key.value: value for key, value in pairs if isinstance(key, ast.Constant)}
        known_all = isinstance(written, ast.Dict) and len(texts) == len(written.keys)
        return {str(name): value for name, value in texts.items()} if known_all else None
    if len(known) > 1:
        if any(each.item < 0 and each.key in _URLS for each in entries):
            return None
        entries = [each for each in entries if each.span == entry.span]
        known = tuple(literal for literal in known if literal.span == entry.span)
    if any(literal.hides for literal in known) and entry.key in _URLS:
        return None
    found: dict[str, ast.expr] = {}
    for each in entries:
        value = here.once(Datasources).value(here.resolver.module(each.module), each)
        if value is None or (each.key in found and each.key in _URLS):
            return None
        found[each.key] = value
    return found


# ---------------------------------------------------------------------- what becomes of a key


def _dropped(given: Given) -> Fix | ByHand:
    """A key that means nothing any more."""
    return _fix(given, f"drop '{given.entry.key}', which dbos ignores", Applicability.SAFE, drop=True)


def _disable_otlp(given: Given) -> Fix | ByHand:
    value = given.value.value if isinstance(given.value, ast.Constant) else None
    if value is True or (value is False and "enable_otlp" in given.beside):
        return _dropped(given)
    return ByHand("dbos has ignored it since 2.0: give 'enable_otlp' where telemetry is wanted, which needs dbos[otel]")


def _sys_db_name(given: Given) -> Fix | ByHand:
    if _is_given(given, SYSTEM):
        return _dropped(given)
    return ByHand("name this database in 'system_database_url'")


def _url(given: Given) -> Fix | ByHand:
    """The URL of the program's own database, beside which dbos 2.x kept its own tables."""
    datasources = given.here.once(Datasources)
    if datasources.users:
        first = os.path.basename(datasources.users[0].path)
        return ByHand(f"{first} has transactions of dbos 2.x, which need this URL until they have a datasource")
    if len([name for name in _URLS[:2] if name in given.beside]) > 1:
        return ByHand("the configuration gives two URLs, of which dbos 2.x took 'database_url'")
    if SYSTEM in given.beside:
        if not _is_given(given, SYSTEM):
            return _either(given)
        title = f"drop '{given.entry.key}': only transactions used it"
        return _fix(given, title, Applicability.SAFE, drop=True)
    url = Url(given.entry.module, given.entry.place, given.value, given.entry.ref)
    system = system_url(given.here, url)
    if isinstance(system, ByHand):
        return system
    return _fix(given, system.title, system.applicability, name=SYSTEM, text=system.text)


def _either(given: Given) -> Fix | ByHand:
    """The program's own database, which dbos 2.x took where it found no URL of another."""
    datasources = given.here.once(Datasources)
    system, own = (_text(given, each) for each in (given.beside[SYSTEM], given.value))
    url = Url(given.entry.module, given.entry.place, given.value, given.entry.ref)
    plain = isinstance(given.beside[SYSTEM], (ast.Call, ast.Name, ast.Attribute))
    simple = isinstance(given.value, (ast.Constant, ast.Name, ast.Attribute, ast.JoinedStr, ast.Call))
    certain = datasources.urls.dialect(url) == "sqlite"
    may_be = certain or datasources.urls.falls_back_to_sqlite(url)
    if not (may_be and plain and simple and system and own) or "\n" in system + own:
        return ByHand("it is not certain that 'system_database_url' is given, without which dbos 2.x took this URL")
    title = f"drop '{given.entry.key}', and take its URL where there is no other"
    applicability = Applicability.SAFE if certain else Applicability.UNSAFE
    changes = _changes(given, True, "", "", values=((SYSTEM, f"{system} or {own}"),))
    return _as_fix(given, title, applicability, changes)


def _is_given(given: Given, name: str) -> bool:
    """Whether the configuration gives a URL as ``name``, for certain."""
    value = given.beside.get(name)
    if value is None:
        return False
    if isinstance(value, ast.Constant):
        return bool(value.value)
    if isinstance(value, ast.JoinedStr):
        return True
    url = Url(given.entry.module, given.entry.place, value)
    urls = given.here.once(Datasources).urls
    return bool(urls.dialect(url)) or isinstance(value, ast.Subscript) or urls.computes(url)


_MENDS: Mapping[str, Mend] = {
    "run_admin_server": _dropped,
    "admin_port": _dropped,
    "disable_otlp": _disable_otlp,
    "sys_db_name": _sys_db_name,
    "database_url": _url,
    "application_database_url": _url,
}


FAMILIES = {f"DBOSConfig[{name}]": configured for name in _MENDS}

# ---------------------------------------------------------------------- changes


def _fix(
    given: Given, title: str, applicability: Applicability, *, drop: bool = False, name: str = "", text: str = ""
) -> Fix | ByHand:
    """Drop a key, or give it another ``name``, with ``text`` as its value where there is one."""
    if _is_read(given):
        return ByHand(f"the program reads '{given.entry.key}' from a configuration")
    return _as_fix(given, title, applicability, _changes(given, drop, name, text))


def _is_read(given: Given) -> bool:
    """Whether a file of the program takes the value of a key of that name: without the key, that is an error."""
    program, key = given.here.once(Datasources).program, given.entry.key
    sources = (module.path for module in program.modules if key.encode() in program.source(module.path))
    trees = [tree for path in sources if (tree := program.tree(path)) is not None]
    taken = (node for tree in trees for node in walk(tree) if isinstance(node, ast.Subscript))
    return any(
        isinstance(node.ctx, ast.Load) and isinstance(node.slice, ast.Constant) and node.slice.value == key
        for node in taken
    )


def _as_fix(given: Given, title: str, applicability: Applicability, changes: Sequence[Change]) -> Fix | ByHand:
    if not changes:
        return ByHand("it is not certain where it is set")
    if given.entry.module == given.here.module.path:
        return Fix(title, applicability, tuple(changes))
    return Fix(title, applicability, (), ((given.entry.module, tuple(changes)),))


def _text(given: Given, node: ast.expr) -> str | None:
    return ast.get_source_segment(given.here.once(Datasources).program.text(given.entry.module), node)


def _changes(
    given: Given, drop: bool, name: str, text: str, values: tuple[tuple[str, str], ...] = ()
) -> Sequence[Change]:
    entry = given.entry
    if entry.item < 0:
        return () if values else _of_store(given, drop, name, text)
    written = given.dicts.written(entry.span)
    change = Keys if isinstance(written, ast.Dict) else Arguments if written is not None else None
    if change is None:
        return ()
    if drop:
        return (change(entry.span, drop=(entry.key,), values=values),)
    values = ((entry.key, text),) if text else ()
    return (change(entry.span, rename=((entry.key, name),), values=values),)


def _of_store(given: Given, drop: bool, name: str, text: str) -> Sequence[Change]:
    """``config["key"] = value``"""
    for node in walk(given.here.once(Datasources).program.tree(given.entry.module) or ast.Module([], [])):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and span_of(node.targets[0]) == given.entry.span:
            target = node.targets[0]
            if not isinstance(target, ast.Subscript) or not isinstance(target.slice, ast.Constant):
                return ()
            if drop:
                return (Delete(span_of(node)),)
            renamed = Replace(span_of(target.slice), f'"{name}"')
            return (renamed, Expression(span_of(node.value), text)) if text else (renamed,)
    return ()
