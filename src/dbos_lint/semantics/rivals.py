"""Workflows that go by the same name, and which of them one program loads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dbos_lint.catalog.names import OFFERS, WORKFLOW
from dbos_lint.consulted import CLAIMED, LOADERS, OUTLINES, TOLD
from dbos_lint.outlines import COMPUTED, words_in
from dbos_lint.records import NamedTuple
from dbos_lint.semantics.sites import MODULE
from dbos_lint.semantics.summary import Module

if TYPE_CHECKING:
    from dbos_lint.semantics.meeting import Meeting
    from dbos_lint.semantics.names import Names
    from dbos_lint.semantics.naming import Mention

REGISTERED = "registered"
"""The question which workflows a file registers when it is imported: the first of each name, and its row."""
CLAIMING = "claiming"
"""The question which files may register a workflow by a word."""
# So many of each program are enough to tell the first that is not in a file.
_ENOUGH = 2


class Rival(NamedTuple):
    """A workflow that is registered when the file at ``path`` is imported."""

    path: str
    row: int


class Rivals:
    """Those of one name, one a file, in the order of their paths, by the programs that load them.

    Every file of a project may have a workflow ``main``: that none is compared with all others.
    """

    def __init__(self, rivals: Iterable[Rival], meeting: Meeting) -> None:
        self._meeting = meeting
        self._first: dict[str, Rival] = {}
        self._loaded: dict[tuple[str, bool], list[str]] = {}
        for rival in rivals:
            self._first[rival.path] = rival
            for late in (False, True):
                for program in meeting.programs(rival.path, late):
                    known = self._loaded.setdefault((program, late), [])
                    if len(known) < _ENOUGH:
                        known.append(rival.path)

    @property
    def paths(self) -> Iterable[str]:
        """The files that register one."""
        return self._first

    def of(self, path: str) -> Rival | None:
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
        self._shared: Mapping[str, Iterable[str]] = {}  # the same, of all files as they are on the disk
        self._noted: dict[str, int] = {}
        self._claiming: dict[str, frozenset[str]] = {}
        self._computed: dict[str, list[Rival]] | None = None
        self._rivals: dict[str, Rivals] = {}

    def note(self, path: str, source: bytes, words: Iterable[str] | None = None) -> None:
        """Note by which ``words`` the text at ``path`` may name workflows, where they are known already."""
        if self._noted.get(path) == hash(source):
            return
        self._noted[path] = hash(source)
        for word in words_in(source) if words is None else words:
            self._words.setdefault(word, set()).add(path)
            self._claiming.pop(word, None)

    def share(self, words: Mapping[str, Iterable[str]]) -> None:
        """Be told of such words, with their files, that others are told, too."""
        self._shared = words
        self._claiming = {}

    def forget(self) -> None:
        """Be told that some file says something else than before."""
        self._claiming = {}
        self._computed = None
        self._rivals = {}

    def may_have_rival(self, mention: Mention) -> bool:
        """Whether there may be such a workflow, to judge by the outlines of the files."""
        words = _words_of(mention.name or "")
        for word in words:
            self._names.rest_on(_claiming(word))
        claiming = [others for word in words if (others := self.claiming(word)) and others != {mention.path}]
        near = self._names.near(mention.path) if claiming else frozenset()
        # Few files are near, where it is told which; very many may be called alike.
        return near is None or any(each in others for each in near if each != mention.path for others in claiming)

    def claiming(self, word: str) -> frozenset[str]:
        """The files that may register a workflow by ``word``."""
        if word not in self._claiming:
            self._claiming[word] = frozenset(
                self._names.tells(_claiming(word), lambda: self._holding(word), (OUTLINES,))
            )
        return self._claiming[word]

    def _holding(self, word: str) -> list[str]:
        self._names.look_at_outlines()
        return sorted({*self._words.get(word, ()), *self._shared.get(word, ())})

    def rival(self, mention: Mention) -> Rival | None:
        """The first workflow that another file of a program registers by the name of ``mention``."""
        name = mention.name or ""
        if name not in self._rivals:
            self._rivals[name] = Rivals(self._registered(name), self._names.meeting)
            self._names.group(_claimed(name), self._steps(name))
        self._names.rest_on(_claimed(name))
        return self._rivals[name].of(mention.path)

    def _steps(self, name: str) -> Iterable[str]:
        """All that tells who registers workflows by a name, and which programs load them."""
        for word in _words_of(name):
            yield from (f"{TOLD}{REGISTERED} {path}" for path in self.claiming(word))
        yield from map(LOADERS.__add__, self._rivals[name].paths)

    def _registered(self, name: str) -> list[Rival]:
        """What registers a workflow as ``name``, the first in each file, in the order of the files."""
        computing = self.claiming(COMPUTED)
        if self._computed is None:
            self._computed = {}
            for path in computing:
                for each, row in self._registered_in(path):
                    self._computed.setdefault(each, []).append(Rival(path, row))
        paths = (self.claiming(name) | self.claiming(name.rpartition(".")[2])) - computing
        found = (Rival(path, row) for path in paths for each, row in self._registered_in(path) if each == name)
        return sorted([*found, *self._computed.get(name, ())])

    def _registered_in(self, path: str) -> Any:
        return self._names.answer(REGISTERED, path)


def is_registered(names: Names, mention: Mention) -> bool:
    """Whether importing the file registers the workflow, whatever the circumstances."""
    if mention.entity is None or mention.name is None or mention.side != OFFERS:
        return False
    function = names.calls.resolver.function(mention.entity.function)
    return mention.entity.function.module == mention.path and (function.parent, function.block) == (MODULE, MODULE)


def registered_in(names: Names, module: Module) -> list[Any]:
    """The first workflow of each name that importing a file registers, and its row."""
    found: dict[str, int] = {}
    for mention in names.of(module, WORKFLOW):
        if is_registered(names, mention):
            found.setdefault(mention.name or "", mention.span.row)
    return [list(each) for each in found.items()]


def _words_of(name: str) -> tuple[str, ...]:
    return name, name.rpartition(".")[2], COMPUTED


def _claiming(word: str) -> str:
    # A name may hold any character; that of a row, and a line of the cache, may not.
    return f"{TOLD}{CLAIMING} {word!a}"


def _claimed(name: str) -> str:
    return f"{CLAIMED}{name!a}"
