"""The files of a project that concern dbos, by what is in their texts: asked for each file that has something to
migrate, and read once for all of them."""

from __future__ import annotations

import re
from functools import cached_property, partial

from dbos_lint.mentions import imports, members
from dbos_lint.semantics.calls import Calls
from dbos_lint.semantics.names import Names
from dbos_lint.semantics.summary import Module

_WORD = re.compile(rb"[\w\x80-\xff]+")


class Texts:
    """The files of the project that concern dbos, in the order of their paths; ``own`` is one more of them."""

    def __init__(self, names: Names, own: Module | None = None) -> None:
        self._names = names
        self._project = names.calls.resolver.project
        known = {module.path: module for module in (*names.concerned(), *([own] if own is not None else []))}
        self.modules = tuple(known[path] for path in sorted(known))
        self.sources = {path: self._project.read(path) or b"" for path in known}
        self._holding: dict[str, tuple[Module, ...]] = {}
        self._calling: dict[tuple[str, str], tuple[Module, ...]] = {}
        self._keywords: dict[str, frozenset[str | None]] = {}

    def holding(self, word: str) -> tuple[Module, ...]:
        """The modules whose text holds ``word``, be it a part of another."""
        if word not in self._holding:
            needle = word.encode()
            self._holding[word] = tuple(each for each in self.modules if needle in self.sources[each.path])
        return self._holding[word]

    def calling(self, word: str, name: str) -> tuple[Module, ...]:
        """The modules whose text holds ``word`` and that call ``name``."""
        if (word, name) not in self._calling:
            self._calling[word, name] = tuple(each for each in self.holding(word) if self.calls(each, name))
        return self._calling[word, name]

    def naming(self, name: str) -> tuple[Module, ...]:
        """The modules that may name something ``name``."""
        return tuple(self._words.get(name.encode(), ()))

    @cached_property
    def _words(self) -> dict[bytes, list[Module]]:
        """The modules that have a word: one look for each of many names, where each would search all texts."""
        found: dict[bytes, list[Module]] = {}
        for module in self.modules:
            for word in set(_WORD.findall(self.sources[module.path])):
                found.setdefault(word, []).append(module)
        return found

    def keywords(self, module: Module) -> frozenset[str | None]:
        """The names by which the calls of a module give arguments."""
        if module.path not in self._keywords:
            calls = (call for function in module.functions for call in function.calls)
            self._keywords[module.path] = frozenset(name for call in calls for name, _ in call.keywords)
        return self._keywords[module.path]

    def importing(self, name: str) -> tuple[str, ...]:
        """The files of the project that do not concern dbos, and import something that is called ``name``."""
        return tuple(self._importing.get(name, ()))

    @cached_property
    def _importing(self) -> dict[str, dict[str, None]]:
        found: dict[str, dict[str, None]] = {}
        for path in self._names.paths():
            source = self._project.read(path) if path not in self.sources else None
            for _, module, names in imports(source) if source is not None else ():
                for name in (module.rpartition(".")[2], *members(names)):
                    found.setdefault(name, {})[path] = None
        return found

    def calls(self, module: Module, name: str) -> frozenset[int]:
        """The numbers of the calls of ``name``, a qualified one, in a module."""
        return calls_of(self._names, module, name)


def calls_of(names: Names, module: Module, name: str) -> frozenset[int]:
    """The numbers of the calls of ``name``, a qualified one, in a module."""
    return names.once(f"calls of {name}", module, partial(_calls_of, names.calls, name))


def _calls_of(calls: Calls, name: str, module: Module) -> frozenset[int]:
    found = (call for function in module.functions for call in function.calls)
    return frozenset(call.number for call in found if name in calls.callees(module, call).names)
