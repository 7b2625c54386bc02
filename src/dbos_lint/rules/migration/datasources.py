"""Where the datasource of a program is, or is to be made, that takes the place of the transactions of dbos 2.x.

It must be made before ``DBOS.launch()``, and every file that has transactions must be able to import it: so it stands
at the top of the one file that has transactions, of one that all others of them import, or in a file of its own.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from dbos_lint.catalog import api
from dbos_lint.fix import ByHand, Change, Create, Import
from dbos_lint.rules.migration.placing import above
from dbos_lint.rules.migration.program import Program
from dbos_lint.rules.migration.urls import Url, Urls, relative, text_of
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.sites import MODULE, Call, Read, Ref
from dbos_lint.semantics.spellings import spelling
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.typed_dicts import Entry
from dbos_lint.semantics.values import External, Instance
from dbos_lint.syntax.spans import span_of
from dbos_lint.syntax.trees import walk

DATASOURCE = "dbos.SQLAlchemyDatasource"
_REMOVED = frozenset({"DBOS.transaction", "DBOS.sql_session"})
_WORDS = (b"transaction", b"sql_session")
# The one that dbos 2.x took, where both were given, comes first.
_URLS = ("database_url", "application_database_url")
_NAMES = ("ds", "datasource")
_FILE = "datasource"
# What an index says of a file of which there is nothing more to say.
_HERE = ""


@dataclass(frozen=True, slots=True)
class Home:
    """The datasource ``name`` of the file ``path``; ``made`` makes it there, where it is not there yet."""

    path: str
    name: str
    made: tuple[Change, ...] = ()


class Datasources:
    """What the linted file's program has, and needs, for its transactions."""

    def __init__(self, here: Here) -> None:
        self._here = here
        self.program = here.once(Program)
        self.urls = Urls(self.program)
        self._resolver = here.resolver
        self._symbols = here.analysis.symbols

    @cached_property
    def users(self) -> tuple[Module, ...]:
        """The files that still have transactions of dbos 2.x, or use their session; in the order of their paths."""
        found = self.program.where("users", lambda module: [_HERE] * self._uses(module), _HERE)
        return tuple(sorted(found, key=lambda module: module.path))

    def _uses(self, module: Module) -> bool:
        return self._here.analysis.names.once("transactions", module, self._has_transactions)

    def _has_transactions(self, module: Module) -> bool:
        source = self.program.source(module.path)
        if not any(word in source for word in _WORDS):
            return False
        return any(
            use.symbol in _REMOVED
            for ref, record in self._references(module)
            for use in self._symbols.uses(module, ref, record)
        )

    # ------------------------------------------------------------------ the one that is there

    @cached_property
    def home(self) -> Home | ByHand:
        """The datasource for the transactions of this program."""
        found = self._url
        if isinstance(found, ByHand):
            return found
        known = list(self._known())
        if not known:
            return self._new(found)
        if len(known) > 1:
            return ByHand("the project has more than one datasource")
        home, url = known[0]
        if url is None or self.urls.identity(url) != self.urls.identity(found):
            return ByHand("the project has a datasource, and it is not certain that it is for the same database")
        for module in self.users:
            if module.path != home.path and module.path in self._reached(home.path):
                return ByHand(f"{os.path.basename(home.path)}, which makes the datasource, imports this file")
        return home

    def _known(self) -> Iterator[tuple[Home, Url | None]]:
        wanted = (Instance(External(DATASOURCE)),)
        for module in self.program.where("datasources", self._names_one, _HERE):
            for name, bindings in module.scopes[MODULE].bindings.items():
                if bindings[-1].kind != "value":
                    continue
                if self._resolver.resolve(module, name, Place(MODULE)) == wanted:
                    url = self._created_with(module, name) if len(bindings) == 1 else None
                    yield Home(module.path, name), url

    def _names_one(self, module: Module) -> list[str]:
        return [_HERE] * (b"SQLAlchemyDatasource" in self.program.source(module.path))

    def _created_with(self, module: Module, name: str) -> Url | None:
        """The URL that the datasource ``name`` is made with."""
        tree = self.program.tree(module.path)
        for node in tree.body if tree is not None else ():
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Call):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                    named = [each.value for each in node.value.keywords if each.arg == "database_url"]
                    for url in [*node.value.args, *named][:1]:
                        return Url(module.path, Place(MODULE, node.lineno), url)
        return None

    # ------------------------------------------------------------------ the URL

    @cached_property
    def _url(self) -> Url | ByHand:
        """What the program's configurations give as the URL of its own database."""
        found: list[Url] = []
        configuring = self.program.where("configurations", self._configures, _HERE)
        for module in configuring:
            for entry in self._entries(module):
                node = self.value(self._resolver.module(entry.module), entry)
                if node is None:
                    return ByHand("it cannot be told which URL the configuration gives")
                if not (isinstance(node, ast.Constant) and not node.value):
                    found.append(Url(entry.module, entry.place, node, entry.ref))
        if not found:
            return ByHand("no configuration in sight gives the URL of a database for transactions")
        if len({self.urls.identity(url) for url in found}) > 1:
            places = ", ".join(sorted({f"{os.path.basename(url.path)}:{url.node.lineno}" for url in found}))
            return ByHand(f"the program has several database URLs ({places})")
        for module in configuring:
            for row in self._without(module):
                return ByHand(f"{self.program.name(module)}:{row} may have another database URL")
        return found[0]

    def _configures(self, module: Module) -> list[str]:
        """Whether a file writes down, or takes, a configuration."""
        dicts = self.program.typed_dicts(module.path)
        return [_HERE] * (dicts is not None and (any(dicts.entries(api.CONFIG)) or bool(dicts.uses(api.CONFIG))))

    def _without(self, module: Module) -> Iterator[int]:
        """The rows where a file makes a ``DBOS`` of a configuration that is not seen to give a URL."""
        dicts = self.program.typed_dicts(module.path)
        for use in dicts.uses(api.CONFIG) if dicts is not None else ():
            keys = [dicts.keys(use, literal) for literal in use.literals] if dicts is not None else []
            if not keys or any(each is not None and each.isdisjoint(_URLS) for each in keys):
                yield use.call.span.row

    def _entries(self, module: Module) -> Iterator[Entry]:
        """The URLs in the configurations that a file writes down, or takes from another."""
        dicts = self.program.typed_dicts(module.path)
        if dicts is None:
            return
        yield from (each for each in dicts.entries(api.CONFIG) if each.key in _URLS and each.module == module.path)
        for use in dicts.uses(api.CONFIG):
            for literal in use.literals:
                for index, (key, ref) in enumerate(literal.items):
                    if key in _URLS and literal.module != module.path:
                        yield Entry(key, ref, literal.module, literal.place, literal.span, index)

    def value(self, module: Module, entry: Entry) -> ast.expr | None:
        """The expression that an entry of a configuration in ``module`` gives."""
        dicts, tree = self.program.typed_dicts(module.path), self.program.tree(module.path)
        if dicts is None or tree is None:
            return None
        if entry.item < 0:
            for node in walk(tree):
                if isinstance(node, ast.Assign) and any(span_of(target) == entry.span for target in node.targets):
                    return node.value
            return None
        written = dicts.written(entry.span)
        if isinstance(written, ast.Dict):
            return written.values[entry.item]
        return written.keywords[entry.item].value if written is not None else None

    # ------------------------------------------------------------------ a new one

    def _new(self, url: Url) -> Home | ByHand:
        names = [name for name in _NAMES if not any(self._binds(module, name) for module in self.users)]
        if not names:
            return ByHand("the names 'ds' and 'datasource' are taken")
        for module in self._candidates():
            return self._at_top(module, names[0], url)
        return self._of_its_own(names[0], url)

    @staticmethod
    def _binds(module: Module, name: str) -> bool:
        return any(name in scope.bindings for scope in module.scopes)

    def _candidates(self) -> Iterator[Module]:
        """The files with transactions that all others import, and that import none of them."""
        paths = {module.path for module in self.users}
        for module in self.users:
            others = [each for each in self.users if each is not module]
            if paths.isdisjoint(self._reached(module.path) - {module.path}) and all(
                module.path in self.program.imports(each, at_once=True) for each in others
            ):
                yield module

    def _at_top(self, module: Module, name: str, url: Url) -> Home | ByHand:
        """Make the datasource in front of the first statement that may need it."""
        tree = self.program.tree(module.path)
        if tree is None:
            return ByHand("the file with the transactions cannot be read")
        index = next(
            (
                index
                for wanted in ("DBOS.transaction", "DBOS.sql_session")
                for index, node in enumerate(tree.body)
                if self._needs(module, node, wanted)
            ),
            None,
        )
        if index is None:
            return ByHand("it is not certain where the datasource is to be made")
        node = tree.body[index]
        place = Place(MODULE, node.lineno)
        cls = spelling(self._resolver, module, place, DATASOURCE)
        found = self._text(url, module.path, index)
        if cls is None or found is None:
            return ByHand("the URL of the database is not known where the transactions are defined")
        text, imports = found
        for needed in imports:
            bound = needed.alias or needed.name or needed.module
            if self._binds(module, bound) and not self._imports(module, bound, needed):
                return ByHand(f"the name '{bound}' is taken")
        needs = (*cls.imports, *imports)
        made = above(self.program.text(module.path), tree, node, f"{name} = {cls.text}.create({text})\n", needs)
        if made is None:
            return ByHand("there is no line between the imports and the first use of the session")
        return Home(module.path, name, (made, *needs))

    def _needs(self, module: Module, node: ast.stmt, wanted: str) -> bool:
        """Whether a statement of a module uses the symbol ``wanted``, or launches."""
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            return False
        last = node.end_lineno or node.lineno
        first = min([each.lineno for each in getattr(node, "decorator_list", [])] + [node.lineno])
        for ref, record in self._references(module):
            if first <= record.span.row <= last:
                if self._here.analysis.calls.resolve(module, ref, record) == (External(f"{api.DBOS}.launch"),):
                    return True
                if any(use.symbol == wanted for use in self._symbols.uses(module, ref, record)):
                    return True
        return False

    @staticmethod
    def _references(module: Module) -> Iterator[tuple[Ref, Call | Read]]:
        """What a file reads and calls."""
        for function in module.functions:
            yield from ((read.ref, read) for read in function.reads)
            yield from ((call.func, call) for call in function.calls)

    def _text(self, url: Url, path: str, index: int) -> tuple[str, tuple[Import, ...]] | None:
        """The expression of the URL, to be put in front of a statement of a module, and what it needs there."""
        text = ast.get_source_segment(self.program.text(url.path), url.node) or ""
        plain = text if "\n" not in text and not self.urls.may_be_none(url) else ""
        if plain and self.urls.holds_at(url, path, index):
            return plain, ()
        inlined = self.urls.inlined(url)
        if inlined is not None:
            text = text_of(inlined)
            return text, ((Import("os"),) if "os.environ" in text else ())
        imports = self.urls.imports_for(url, path) if plain else None
        if imports is None:
            return None
        # Nothing that is imported for the URL may import the file in turn, or one that has transactions.
        users = {path, *(module.path for module in self.users)}
        reached = {each for target in imports.values() for each in (target, *self._reached(target))}
        return (plain, tuple(imports)) if users.isdisjoint(reached) else None

    def _imports(self, module: Module, name: str, needed: Import) -> bool:
        """Whether a module binds ``name`` by just that import."""
        bindings = [each for scope in module.scopes for each in scope.bindings.get(name, ())]
        return all(
            each.kind == "import"
            and "." * each.value[2] + each.value[0] == needed.module
            and each.value[1] == needed.name
            for each in bindings
        )

    def _of_its_own(self, name: str, url: Url) -> Home | ByHand:
        """Make a file for the datasource, beside those that have transactions."""
        folder = os.path.commonpath([os.path.dirname(module.path) for module in self.users])
        path = os.path.join(folder, f"{_FILE}.py")
        if self._here.resolver.project.kind(folder, _FILE) is not None:
            return ByHand("several files have transactions, and there is a 'datasource' beside them already")
        found = self._text(url, path, 0)
        if found is None:
            return ByHand("the URL of the database is made at run time, and several files have transactions")
        text, imports = found
        lines = ["import os\n\n" for needed in imports if not needed.name]
        lines.append("from dbos import SQLAlchemyDatasource\n")
        named = [
            f"{needed.name} as {needed.alias}" if needed.alias else needed.name for needed in imports if needed.name
        ]
        own = [f"from {needed.module} import {each}\n" for needed, each in zip(imports, named, strict=False)]
        lines += ["\n", *own] if own else []
        lines.append(f"\n{name} = SQLAlchemyDatasource.create({text})\n")
        return Home(path, name, (Create("".join(lines)),))

    # ------------------------------------------------------------------ imports

    def _reached(self, path: str) -> frozenset[str]:
        module = self._resolver.project.module(path)
        return self.program.reached(module) if module is not None else frozenset()

    def imported(self, home: Home) -> Import | ByHand:
        """The import that gives the linted file the datasource of another."""
        module = self._here.module
        reason = ByHand("it is not certain how this file imports the one that makes the datasource")
        for user, own in ((module, True), *((each, False) for each in self.program.modules)):
            for name, level, path in self.program.imported(user):
                if own or path == module.path:
                    spelled = self._spelled(home.path, name, level, path)
                    if spelled is not None:
                        return Import(spelled, home.name)
        return reason

    def _spelled(self, wanted: str, name: str, level: int, path: str) -> str | None:
        """The module ``wanted`` as the linted file names it, by the example of an import that names ``path``."""
        if level:
            return relative(wanted, self._here.module.path)
        root = _root(path, name)
        if root is None:
            return None
        parts = os.path.splitext(os.path.relpath(wanted, root))[0].split(os.sep)
        if os.pardir in parts or not all(part.isidentifier() for part in parts):
            return None
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _root(path: str, name: str) -> str | None:
    """The folder from which ``path`` is imported as ``name``, or as something in it."""
    base = os.path.dirname(path) if os.path.basename(path) == "__init__.py" else os.path.splitext(path)[0]
    for tail in (base, os.path.dirname(base)):
        folder = tail
        for part in reversed(name.split(".")):
            if os.path.basename(folder) != part:
                break
            folder = os.path.dirname(folder)
        else:
            return folder
    return None
