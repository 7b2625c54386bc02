"""Whether two files of a project are imported into one program."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from dbos_lint.consulted import LOADERS, OUTLINES, TOLD, text_state
from dbos_lint.mentions import members
from dbos_lint.semantics.groups import groups
from dbos_lint.semantics.imports import loaded
from dbos_lint.semantics.modules import Project
from dbos_lint.semantics.sites import MODULE
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.told import IMPORTS, LOADS

# Blocks that perhaps do not run when the file is imported: of two alternatives, only one does.
_PERHAPS = ("main", "if", "else", "except", "case")
# So many files near another are told at once; where there are more, each is looked at.
_NEAR = 200


class Meeting:
    """Who imports whom in one project. It is looked at when two files claim the same name."""

    def __init__(self, project: Project, answer: Callable[[str], Any]) -> None:
        """``answer`` gives what a file answers to the question which files it loads."""
        self._project = project
        self._answer = answer
        self._texts: dict[str, int] = {}
        self._importers: dict[str, set[str]] | None = None
        self._is_told = False
        self._loaded: dict[tuple[str, bool], frozenset[str]] = {}
        self._targets_of: dict[str, frozenset[str]] = {}
        self._around: dict[str, tuple[str, ...]] = {}
        self._programs: dict[bool, dict[str, frozenset[str]]] = {False: {}, True: {}}
        self._grouped: set[str] = set()

    def may_meet(self, one: str, other: str) -> bool:
        """Whether a file imports both, itself or by way of others, or one of the two imports the other.

        Of two imports that only run when they are asked for, perhaps only one is asked for.
        """
        self._project.consulted.whole(self._project.linting)
        return not self.programs(one, False).isdisjoint(self.programs(other, True)) or not self.programs(
            one, True
        ).isdisjoint(self.programs(other, False))

    def programs(self, path: str, late: bool) -> frozenset[str]:
        """The files that load ``path`` and that nothing loads in turn: when they are imported themselves or, with
        ``late``, perhaps only later. Of files that load each other, the first stands for all."""
        known = self._programs[late]
        if path not in known:
            for group in groups(path, lambda each: self._loaders(each, late), known):
                above = {loader for each in group for loader in self._loaders(each, late)}.difference(group)
                found = {program for loader in above for program in known[loader]}
                if late:
                    found |= {program for each in group for program in self.programs(each, False)}
                elif not above:
                    found = {min(group)}
                known.update(dict.fromkeys(group, frozenset(found)))
        return known[path]

    def _loaders(self, path: str, late: bool) -> list[str]:
        """The files that load ``path`` themselves."""
        importers = self._all_importers().get(path, ())
        if path not in self._grouped:
            self._grouped.add(path)
            steps = [f"{TOLD}{LOADS} {each}" for each in importers]
            steps += (LOADERS + each for each in importers if path in self._loads(each, late=True))
            self._project.consulted.group(LOADERS + path, steps)
        return [each for each in importers if path in self._loads(each, late)]

    def _all_importers(self) -> dict[str, set[str]]:
        """The files that may import each file, to judge by their bytes."""
        if self._importers is None:
            self._importers = {}
            for path in self._project.listed() or ():
                self._note(path, self._project.read(path))
            self._project.outlined()
        if not self._is_told:
            self._is_told = True
            self._project.consulted.told(f"{TOLD}{IMPORTS} ", self._digest, (OUTLINES,))
        return self._importers

    def _note(self, path: str, source: bytes | None) -> bool:
        """Note whom a file of the project may import, by its text; whether that is new."""
        assert self._importers is not None
        before = self._targets_of.get(path, frozenset())
        after = self._targets_of[path] = frozenset(self._mentioned(path, source))
        self._texts[path] = hash(source)
        for target in before - after:
            self._importers[target].discard(path)
        for target in after - before:
            self._importers.setdefault(target, set()).add(path)
        return before != after

    def _digest(self) -> str:
        return text_state(ascii(sorted((path, sorted(each)) for path, each in self._targets_of.items())).encode())

    def look(self) -> None:
        """Look who imports whom, unless that is known."""
        self._all_importers()

    def near(self, path: str) -> frozenset[str] | None:
        """The files that a program may load beside ``path``, to judge by their bytes; None where they are many."""
        importers = self._all_importers()
        above = _reached([path], importers)
        return _reached(above, self._targets_of) if above is not None else None

    def renew(self, path: str, source: bytes) -> bool:
        """Be told the text of a file, which may be another than before; whether it imports something else.

        Whom a file imports that is not of the project, though it may be linted, is of no concern to the others.
        """
        if self._importers is None or self._texts.get(path, hash(source)) == hash(source):
            return False
        before = [(late, self._loaded.pop((path, late), None)) for late in (False, True)]
        is_new = self._note(path, source) or any(known not in (None, self._loads(path, late)) for late, known in before)
        if is_new:
            self._is_told = False
            self._programs = {False: {}, True: {}}
            self._grouped = set()
        return is_new

    def _mentioned(self, path: str, source: bytes | None) -> Iterator[str]:
        """The files that the imports in ``source``, the text of ``path``, load, the packages around them included."""
        for level, name, names in self._project.mentioned(source) if source is not None else ():
            found = self._project.find(name, level, path)
            if found is not None:
                inner = [self._project.submodule(found, attribute) for attribute in members(names)]
                for target in (found, *inner):
                    if target is not None:
                        yield target
                        yield from self._packages(target, path)

    def _packages(self, path: str, importer: str) -> Iterator[str]:
        folder = os.path.dirname(path)
        if folder not in self._around:
            self._around[folder] = tuple(self._packages_of(folder))
        return (package for package in self._around[folder] if package not in (path, importer))

    def _packages_of(self, folder: str) -> Iterator[str]:
        """What is loaded before a file of ``folder``, from the inside out."""
        while self._project.read(package := os.path.join(folder, "__init__.py")) is not None:
            yield package
            folder = os.path.dirname(folder)

    def _loads(self, importer: str, late: bool) -> frozenset[str]:
        """The files that ``importer`` loads itself."""
        key = (importer, late)
        if key not in self._loaded:
            early, perhaps_later = self._answer(importer) or ([], [])
            self._loaded[key] = frozenset(perhaps_later if late else early)
        return self._loaded[key]

    def loads_of(self, module: Module) -> list[Any]:
        """The files that a file loads when it is imported, and those that it loads then or perhaps later."""
        return [sorted(set(self._imported(module, late))) for late in (False, True)]

    def _imported(self, module: Module, late: bool) -> Iterator[str]:
        for scope in module.scopes:
            for bindings in scope.bindings.values():
                for binding in bindings:
                    if binding.kind != "import" or module.within(binding.block, "typing"):
                        continue
                    is_late = module.scopes[scope.id].function != MODULE or any(
                        module.within(binding.block, kind) for kind in _PERHAPS
                    )
                    if late or not is_late:
                        for path in loaded(self._project, module, *binding.value):
                            yield path
                            yield from self._packages(path, module.path)
            for name, level in scope.stars:
                for path in loaded(self._project, module, name, "", level):
                    yield path
                    yield from self._packages(path, module.path)


def _reached(starts: Iterable[str], ways: Mapping[str, Collection[str]]) -> frozenset[str] | None:
    """What can be reached from ``starts``, they included; None where that is much."""
    found = set(starts)
    todo = list(found)
    while todo and len(found) <= _NEAR:
        new = found.symmetric_difference(found.union(ways.get(todo.pop(), ())))
        found |= new
        todo += new
    return frozenset(found) if len(found) <= _NEAR else None
