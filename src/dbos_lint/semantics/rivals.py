"""Workflows that go by the same name, and which of them one program loads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from dbos_lint.catalog.names import WORKFLOW
from dbos_lint.outlines import COMPUTED, words_in
from dbos_lint.semantics.summary import Module

if TYPE_CHECKING:
    from dbos_lint.semantics.meeting import Meeting
    from dbos_lint.semantics.names import Mention, Names

# So many of each program are enough to tell the first that is not in a file.
_ENOUGH = 2


class Rivals:
    """The files of ``mentions``, one each, in the order of their paths, by the programs that load them.

    Every file of a project may have a workflow ``main``: that none is compared with all others.
    """

    def __init__(self, mentions: Iterable[Mention], meeting: Meeting) -> None:
        self._meeting = meeting
        self._first: dict[str, Mention] = {}
        self._loaded: dict[tuple[str, bool], list[str]] = {}
        for mention in mentions:
            self._first[mention.path] = mention
            for late in (False, True):
                for program in meeting.programs(mention.path, late):
                    known = self._loaded.setdefault((program, late), [])
                    if len(known) < _ENOUGH:
                        known.append(mention.path)

    def of(self, path: str) -> Mention | None:
        """The first in another file that may be loaded by a program that loads ``path``."""
        met = [
            other
            for late in (False, True)
            for program in self._meeting.programs(path, late)
            for other in self._loaded.get((program, not late), ())
            if other != path
        ]
        return self._first[min(met)] if met else None


class Claims:
    """Who registers a workflow by which name, in one project. Only files that may do so are parsed."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._words: dict[str, set[str]] = {}  # with the files that may register a workflow so
        self._noted: dict[str, int] = {}
        self._computed: dict[str, list[Mention]] | None = None
        self._rivals: dict[str, Rivals] = {}

    def note(self, path: str, source: bytes, words: Iterable[str] | None = None) -> None:
        """Note by which ``words`` the text at ``path`` may name workflows, where they are known already."""
        if self._noted.get(path) == hash(source):
            return
        self._noted[path] = hash(source)
        for word in words_in(source) if words is None else words:
            self._words.setdefault(word, set()).add(path)

    def forget(self) -> None:
        """Be told that some file says something else than before."""
        self._computed = None
        self._rivals = {}

    def may_have_rival(self, mention: Mention) -> bool:
        """Whether there may be such a workflow, to judge by the outlines of the files."""
        words = (mention.name or "", (mention.name or "").rpartition(".")[2], COMPUTED)
        claiming = [paths for word in words if (paths := self._words.get(word, set())) - {mention.path}]
        near = self._names.meeting.near(mention.path) if claiming else frozenset()
        return near is None or any(path != mention.path for paths in claiming for path in paths & near)

    def rival(self, mention: Mention) -> Mention | None:
        """The first workflow that another file of a program registers by the name of ``mention``."""
        name = mention.name or ""
        if name not in self._rivals:
            self._rivals[name] = Rivals(self._registered(name), self._names.meeting)
        return self._rivals[name].of(mention.path)

    def _registered(self, name: str) -> list[Mention]:
        """What registers a workflow as ``name``, the first in each file, in the order of the files."""
        computing = self._words.get(COMPUTED, set())
        if self._computed is None:
            self._computed = {}
            for path in computing:
                for each, mention in self._registered_in(path).items():
                    self._computed.setdefault(each, []).append(mention)
        paths = {path for word in (name, name.rpartition(".")[2]) for path in self._words.get(word, ())}
        found = [self._registered_in(path).get(name) for path in paths - computing]
        return sorted([*filter(None, found), *self._computed.get(name, ())], key=lambda each: each.path)

    def _registered_in(self, path: str) -> Mapping[str, Mention]:
        """The first workflow of each name that importing the file at ``path`` registers."""
        module = self._names.calls.resolver.project.module(path)
        return self._names.once("registered", module, self._first_registered) if module is not None else {}

    def _first_registered(self, module: Module) -> dict[str, Mention]:
        found: dict[str, Mention] = {}
        for mention in filter(self._names.is_registered, self._names.of(module, WORKFLOW)):
            found.setdefault(mention.name or "", mention)
        return found
