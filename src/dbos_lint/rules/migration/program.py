"""The program that a file belongs to: the files that imports connect, with their trees and what they import."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from dbos_lint.rules.migration.texts import Texts
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.collect import Collected
from dbos_lint.semantics.imports import loaded
from dbos_lint.semantics.names import Names
from dbos_lint.semantics.sites import MODULE
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.typed_dicts import TypedDicts


class Web:
    """What is the same for all programs of a project: its files, with their trees and what they import. ``own`` is one
    more of them."""

    def __init__(self, names: Names, own: Module | None = None) -> None:
        texts = names.of_all(Texts) if own is None else Texts(names, own)
        self.modules = {module.path: module for module in texts.modules}
        self.sources = texts.sources
        self._project = names.calls.resolver.project
        self._imported: dict[tuple[str, bool], tuple[tuple[str, int, str], ...]] = {}
        self._reached: dict[str, frozenset[str]] = {}
        self._collected: dict[str, Collected | None] = {}
        self._typed_dicts: dict[str, TypedDicts] = {}
        self._indexed: dict[str, dict[str, set[str]]] = {}

    @cached_property
    def near(self) -> dict[str, set[str]]:
        """Which files an import connects with each."""
        near: dict[str, set[str]] = {path: set() for path in self.modules}
        for path, module in self.modules.items():
            for target in {each for _, _, each in self.imported(module)} & self.modules.keys():
                near[path].add(target)
                near[target].add(path)
        for path in self.modules:
            if os.path.basename(path) == "conftest.py":
                # pytest imports it for the tests beside it and below.
                for target in self.modules:
                    if _is_test(target) and target.startswith(os.path.join(os.path.dirname(path), "")):
                        near[path].add(target)
                        near[target].add(path)
        return near

    def indexed(self, what: str, find: Callable[[Module], Iterable[str]]) -> dict[str, set[str]]:
        """The files of the project by the words that ``find`` tells of them, remembered as ``what``."""
        if what not in self._indexed:
            found: dict[str, set[str]] = {}
            for path, module in self.modules.items():
                for word in find(module):
                    found.setdefault(word, set()).add(path)
            self._indexed[what] = found
        return self._indexed[what]

    def collected(self, path: str) -> Collected | None:
        """The tree of a file beside its summary."""
        if path not in self._collected:
            known = self._project.tree(path)
            self._collected[path] = known[1] if known is not None else None
        return self._collected[path]

    def typed_dicts(self, analysis: Analysis, path: str) -> TypedDicts | None:
        """The configurations that a file writes down."""
        collected = self.collected(path)
        if path not in self._typed_dicts and collected is not None:
            self._typed_dicts[path] = TypedDicts(analysis, collected)
        return self._typed_dicts.get(path)

    def imported(self, module: Module, *, at_once: bool = False) -> tuple[tuple[str, int, str], ...]:
        """The name and the leading dots of each import, and a file of the project that it loads."""
        key = (module.path, at_once)
        if key not in self._imported:
            self._imported[key] = tuple(self._imports(module, at_once))
        return self._imported[key]

    def _imports(self, module: Module, at_once: bool) -> Iterator[tuple[str, int, str]]:
        scopes = [scope for scope in module.scopes if not at_once or scope.id == MODULE or scope.kind == "class"]
        for scope in scopes:
            found = [each.value for bindings in scope.bindings.values() for each in bindings if each.kind == "import"]
            found += [(name, "", level) for name, level in scope.stars]
            for name, attribute, level in found:
                for path in loaded(self._project, module, name, attribute, level):
                    yield name, level, path

    def reached(self, module: Module) -> frozenset[str]:
        """The files of the project that importing ``module`` imports, directly or not; packages on the way included."""
        if module.path not in self._reached:
            seen: set[str] = set()
            queue = [module]
            for each in queue:
                for _, _, path in self.imported(each, at_once=True):
                    for target in (path, *self._packages(path)):
                        found = self._project.module(target) if target not in seen else None
                        seen.add(target)
                        if found is not None:
                            queue.append(found)
            self._reached[module.path] = frozenset(seen)
        return self._reached[module.path]

    def _packages(self, path: str) -> Iterator[str]:
        """The ``__init__.py`` files that run before the file."""
        folder = os.path.dirname(path)
        root = self._project.package_root(path)
        while folder != root:
            yield os.path.join(folder, "__init__.py")
            folder = os.path.dirname(folder)


class Program:
    """The files of a project that imports connect with the linted one, and that concern dbos."""

    def __init__(self, here: Here) -> None:
        self.here = here
        self.resolver = here.resolver
        self.project = here.resolver.project
        self._texts: dict[str, str] = {}
        names = here.analysis.names
        shared = names.of_all(Web)
        # A file that no walk finds was named by itself.
        self._web = shared if here.module.path in shared.modules else Web(names, here.module)

    @cached_property
    def modules(self) -> tuple[Module, ...]:
        """The files of the program, the linted one first."""
        near = self._web.near
        found = [self.here.module.path]
        seen = set(found)
        for path in found:
            found += sorted(near[path] - seen)
            seen |= near[path]
        return tuple(self._web.modules[path] for path in found)

    def where(self, what: str, find: Callable[[Module], Iterable[str]], word: str) -> tuple[Module, ...]:
        """Those of :attr:`modules` of which ``find`` tells ``word``. Every file of a program asks: each is looked at
        once for all, and remembered as ``what``."""
        paths = self._web.indexed(what, find).get(word)
        return tuple(module for module in self.modules if module.path in paths) if paths else ()

    # ------------------------------------------------------------------ texts

    def source(self, path: str) -> bytes:
        known = self._web.sources.get(path)
        return self.project.read(path) or b"" if known is None else known

    def text(self, path: str) -> str:
        """The text of a file, as the parser sees it."""
        if path not in self._texts:
            known = self.project.tree(path)
            self._texts[path] = known[0].text if known is not None else ""
        return self._texts[path]

    def collected(self, path: str) -> Collected | None:
        """The tree of a file beside its summary."""
        return self.here.collected if path == self.here.module.path else self._web.collected(path)

    def tree(self, path: str) -> ast.Module | None:
        collected = self.collected(path)
        return collected.tree if collected is not None else None

    def typed_dicts(self, path: str) -> TypedDicts | None:
        """The configurations that a file writes down."""
        if path == self.here.module.path:
            return self.here.typed_dicts
        return self._web.typed_dicts(self.here.analysis, path)

    # ------------------------------------------------------------------ imports

    def imports(self, module: Module, *, at_once: bool = False) -> set[str]:
        """The files of the project that ``module`` imports; ``at_once``: by what runs when it is imported itself."""
        return {path for _, _, path in self._web.imported(module, at_once=at_once)}

    def imported(self, module: Module) -> tuple[tuple[str, int, str], ...]:
        """The name and the leading dots of each import, and a file of the project that it loads."""
        return self._web.imported(module)

    def reached(self, module: Module) -> frozenset[str]:
        """The files of the project that importing ``module`` imports, directly or not; packages on the way included."""
        return self._web.reached(module)

    @staticmethod
    def name(module: Module) -> str:
        """How a reason names a file."""
        return os.path.basename(module.path)


def _is_test(path: str) -> bool:
    name = os.path.basename(path)
    return name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py"
