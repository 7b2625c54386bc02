"""The program that a file belongs to: the files that imports connect, with their trees and what they import."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from functools import cached_property

from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.collect import Collected
from dbos_lint.semantics.imports import loaded
from dbos_lint.semantics.summary import MODULE, Module
from dbos_lint.semantics.typed_dicts import TypedDicts


class Program:
    """The files of a project that imports connect with the linted one, and that concern dbos."""

    def __init__(self, here: Here) -> None:
        self.here = here
        self.resolver = here.resolver
        self.project = here.resolver.project
        self._collected: dict[str, Collected | None] = {here.module.path: here.collected}
        self._texts: dict[str, str] = {}

    @cached_property
    def modules(self) -> tuple[Module, ...]:
        """The files of the program, the linted one first."""
        everywhere = {module.path: module for module in self.here.analysis.names.everywhere(self.here.module)}
        near: dict[str, set[str]] = {path: set() for path in everywhere}
        for path, module in everywhere.items():
            for target in self.imports(module) & everywhere.keys():
                near[path].add(target)
                near[target].add(path)
        for path in everywhere:
            if os.path.basename(path) == "conftest.py":
                # pytest imports it for the tests beside it and below.
                for target in everywhere:
                    if _is_test(target) and target.startswith(os.path.join(os.path.dirname(path), "")):
                        near[path].add(target)
                        near[target].add(path)
        found = [self.here.module.path]
        seen = set(found)
        for path in found:
            found += sorted(near[path] - seen)
            seen |= near[path]
        return tuple(everywhere[path] for path in found)

    # ------------------------------------------------------------------ texts

    def source(self, path: str) -> bytes:
        return self.project.read(path) or b""

    def text(self, path: str) -> str:
        """The text of a file, as the parser sees it."""
        if path not in self._texts:
            known = self.project.tree(path)
            self._texts[path] = known[0].text if known is not None else ""
        return self._texts[path]

    def collected(self, path: str) -> Collected | None:
        """The tree of a file beside its summary."""
        if path not in self._collected:
            known = self.project.tree(path)
            self._collected[path] = known[1] if known is not None else None
        return self._collected[path]

    def tree(self, path: str) -> ast.Module | None:
        collected = self.collected(path)
        return collected.tree if collected is not None else None

    def typed_dicts(self, path: str) -> TypedDicts | None:
        """The configurations that a file writes down."""
        if path == self.here.module.path:
            return self.here.typed_dicts
        collected = self.collected(path)
        return TypedDicts(self.here.analysis, collected) if collected is not None else None

    # ------------------------------------------------------------------ imports

    def imports(self, module: Module, *, at_once: bool = False) -> set[str]:
        """The files of the project that ``module`` imports; ``at_once``: by what runs when it is imported itself."""
        return {path for _, _, path in self.imported(module, at_once=at_once)}

    def imported(self, module: Module, *, at_once: bool = False) -> Iterator[tuple[str, int, str]]:
        """The name and the leading dots of each import, and a file of the project that it loads."""
        scopes = [scope for scope in module.scopes if not at_once or scope.id == MODULE or scope.kind == "class"]
        for scope in scopes:
            found = [each.value for bindings in scope.bindings.values() for each in bindings if each.kind == "import"]
            found += [(name, "", level) for name, level in scope.stars]
            for name, attribute, level in found:
                for path in loaded(self.project, module, name, attribute, level):
                    yield name, level, path

    def reached(self, module: Module) -> set[str]:
        """The files of the project that importing ``module`` imports, directly or not; packages on the way included."""
        seen: set[str] = set()
        queue = [module]
        for each in queue:
            for path in self.imports(each, at_once=True):
                for target in (path, *self._packages(path)):
                    found = self.project.module(target) if target not in seen else None
                    seen.add(target)
                    if found is not None:
                        queue.append(found)
        return seen

    def _packages(self, path: str) -> Iterator[str]:
        """The ``__init__.py`` files that run before the file."""
        folder = os.path.dirname(path)
        root = self.project.package_root(path)
        while folder != root:
            yield os.path.join(folder, "__init__.py")
            folder = os.path.dirname(folder)

    @staticmethod
    def name(module: Module) -> str:
        """How a reason names a file."""
        return os.path.basename(module.path)


def _is_test(path: str) -> bool:
    name = os.path.basename(path)
    return name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py"
