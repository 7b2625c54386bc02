"""The names by which the parts of a program know each other: of queues, topics, events, streams, workflows ...

They are gathered from all files of the project, whichever of them a run was told to lint, so that every door gives the
same answer. Only files whose bytes hold what makes such a name are parsed, and each of them once.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from dbos_lint.catalog.names import (
    WORKFLOW,
)
from dbos_lint.consulted import HOLDERS, LISTED, OUTLINES, TOLD, WHOLE
from dbos_lint.mentions import needles
from dbos_lint.outlines import kinds_in
from dbos_lint.semantics.calls import Calls
from dbos_lint.semantics.facts import Observer
from dbos_lint.semantics.modules import Project
from dbos_lint.semantics.naming import ENGINE, Mention, mentions_of_calls, mentions_of_workflows, taken
from dbos_lint.semantics.rivals import CLAIMING, REGISTERED, Claims, Rival
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.told import IMPORTS, KINDS, LOADS, Known, plain, read, sorted_out
from dbos_lint.semantics.words import Words

if TYPE_CHECKING:
    from dbos_lint.semantics.meeting import Meeting

T = TypeVar("T")


class Names:
    """The names of one project, remembered. ``concerns`` tells whether a file can hold anything of dbos, ``recalls``
    whether what files tell is what they told an earlier run, and tell a later one."""

    __slots__ = (
        "_answers",
        "_asked",
        "_claims",
        "_complete",
        "_files",
        "_holders",
        "_is_listed",
        "_known",
        "_learnt",
        "_meeting",
        "_mentions",
        "_outlined",
        "_texts",
        "_told",
        "_words",
        "calls",
        "concerns",
        "observer",
        "recalls",
    )

    def __init__(
        self, calls: Calls, observer: Observer, concerns: Callable[[str, bytes], bool], *, recalls: bool = True
    ) -> None:
        self.calls = calls
        self.observer = observer
        self.recalls = recalls
        self.concerns = concerns
        self._files: dict[str, frozenset[str]] | None = None  # with the kinds of names that each of them may hold
        self._outlined: dict[str, int] = {}  # the hashes of the texts that told those kinds
        self._holders: dict[str, tuple[str, ...]] = {}
        self._complete: bool = True
        self._mentions: dict[tuple[str, str], tuple[Module, tuple[Mention, ...]]] = {}
        self._answers: dict[str, dict[str, tuple[Module | None, Any]]] = {}
        self._asked: set[str] = set()
        self._is_listed = False
        self._known: dict[str, Known] = {}
        self._meeting: Meeting | None = None
        self._learnt: dict[tuple[str, str], tuple[Module, Any]] = {}
        self._told: dict[Callable[[Names], Any], Any] = {}
        self._texts: dict[str, int] = {}  # the hashes of those that were told of
        self._claims = Claims(self)
        self._words = Words(self.calls.resolver.project)

    def known(self, kind: str, module: Module) -> Known:
        """The names of ``kind`` in the project of ``module``, the file that is being linted."""
        holders = self.holders(kind, kind)
        own = self.answer(kind, module.path)
        if self._complete and (module.path in holders or not own):
            if kind not in self._known:
                told = (each for path in holders for each in self.answer(kind, path))
                self._known[kind] = sorted_out(told, complete=True)
            return self._known[kind]
        # A file that no walk finds: it was named by itself.
        others = (each for path in holders if path != module.path for each in self.answer(kind, path))
        return sorted_out([*own, *others], complete=self._complete)

    def own(self, kind: str, module: Module) -> Known:
        """Those of :meth:`known` that the file itself mentions. Where they tell enough, no other need be asked, and
        none counts for what is found."""
        return self.once(f"own {kind}", module, partial(self._own, kind))

    def _own(self, kind: str, module: Module) -> Known:
        return sorted_out(self.answer(kind, module.path), complete=True)

    def is_offered(self, kind: str, name: str, module: Module) -> bool:
        """Whether the project of ``module`` offers ``name``."""
        return name in self.own(kind, module).offered or name in self.known(kind, module).offered

    def of(self, module: Module, kind: str) -> tuple[Mention, ...]:
        """What one file says of the names of ``kind``."""
        remembered = self._mentions.get((module.path, kind))
        if remembered is None or remembered[0] is not module:
            found = mentions_of_workflows(self.calls, module) if kind == WORKFLOW else []
            taken_by_kind = self.once("taken", module, partial(taken, self.calls))
            found += mentions_of_calls(self.calls, module, taken_by_kind.get(kind, ()))
            remembered = self._mentions[module.path, kind] = module, tuple(found)
        return remembered[1]

    def answers(self, kind: str, question: str, module: Module) -> list[tuple[str, Any]]:
        """What the files of the project of ``module``, itself first, that may hold what goes by ``kind`` answer to
        ``question``, each with its path."""
        paths = dict.fromkeys((module.path, *self.holders(kind, question)))
        return [(path, self.answer(question, path)) for path in paths]

    def answer(self, question: str, path: str) -> Any:
        """What the file at ``path`` tells others when it is asked a question of :mod:`dbos_lint.semantics.telling`."""
        known = self._answers.setdefault(path, {})
        if question not in known:
            known[question] = self._find_answer(question, path)
        return known[question][1]

    def _find_answer(self, question: str, path: str) -> tuple[Module | None, Any]:
        from dbos_lint.semantics.telling import TELLERS

        project, name = self.calls.resolver.project, f"{TOLD}{question} {path}"
        recalled = self._recalled(name) if path not in project.overlay else None
        if recalled is not None:
            with suppress(TypeError):  # else it was not written by us
                return None, read(path, recalled[0]) if question in KINDS else recalled[0]
        module = project.module(path)
        found = TELLERS[question](self, module) if module is not None else ()
        steps: tuple[str, ...] = (path,)
        if question == LOADS:  # the list of files tells which packages are around what it imports
            self._list()
            steps = (path, LISTED)
        self._note(name, lambda: plain(found) if question in KINDS else found, steps)
        return module, found

    def _list(self) -> None:
        if not self._is_listed:
            self._is_listed = True
            self.calls.resolver.project.listed()

    def tells(self, name: str, find: Callable[[], list[Any]], steps: tuple[str, ...]) -> list[Any]:
        """What all files together tell as ``name``: recalled, or found and noted."""
        recalled = self._recalled(name) if self._files is None else None
        if recalled is not None and recalled[0] is not None:
            known: list[Any] = recalled[0]
            return known
        found = find()
        # Of a project that is too large nothing is told that another run could rely on.
        self._note(name, lambda: found if self._complete else None, steps)
        return found

    def _note(self, name: str, found: Callable[[], Sequence[Any] | None], steps: tuple[str, ...]) -> None:
        if self.recalls:
            self.calls.resolver.project.consulted.told(name, found, steps)

    def _recalled(self, name: str) -> tuple[Any] | None:
        """What an earlier run was told as ``name``, where that still holds."""
        project = self.calls.resolver.project
        found = project.recalled(name) if self.recalls else None
        if found is None:
            return None
        import json  # not for a run that recalls nothing

        try:
            answer = json.loads(found.states[name])
        except (ValueError, RecursionError):  # it was not written by us
            return None
        project.consulted.add(found)
        return (answer,)

    def tell(self, name: str) -> None:
        """Answer once more what was told as ``name``."""
        question, _, subject = name.removeprefix(TOLD).partition(" ")
        if question == HOLDERS:
            self._holding(subject)
        elif question == CLAIMING:
            self._claims.claiming(ast.literal_eval(subject))
        elif question == IMPORTS:
            self.meeting.look()
        else:
            self.answer(question, subject)

    def rest_on(self, name: str) -> None:
        """Note that what is found in the file that is linted rests on what goes by ``name``."""
        project = self.calls.resolver.project
        project.consulted.asked(project.linting, name if self.recalls else WHOLE)

    def group(self, name: str, steps: Iterable[str]) -> None:
        """Note all that goes by ``name``."""
        if self.recalls:
            self.calls.resolver.project.consulted.group(name, steps)

    def look_at_outlines(self) -> None:
        """Read the files of the project, unless that has been done."""
        self._kinds()

    def concerned(self) -> Iterator[Module]:
        """The files of the project that concern dbos, in order; none where the project is too large to be known."""
        project = self.calls.resolver.project
        for path in self.paths():
            source = project.read(path)
            module = project.module(path) if source is not None and self.concerns(path, source) else None
            if module is not None:
                yield module

    def paths(self) -> tuple[str, ...]:
        """The files of the project, in order; none where it is too large to be known."""
        paths = self._whole().files() or ()
        return tuple(dict.fromkeys((*paths, *self._overlaid())))

    def once(self, what: str, module: Module, find: Callable[[Module], T]) -> T:
        """What ``find`` tells of one file, remembered as ``what``: each file is asked about for each that is linted."""
        known = self._learnt.get((what, module.path))
        if known is None or known[0] is not module:
            known = self._learnt[what, module.path] = module, find(module)
        found: T = known[1]
        return found

    def of_all(self, find: Callable[[Names], T]) -> T:
        """What ``find`` tells of all files of the project: remembered until one of them has another text."""
        project = self._whole()
        if find not in self._told:
            self._texts = self._texts or {path: hash(project.read(path)) for path in self.paths()}
            self._told[find] = find(self)
        found: T = self._told[find]
        return found

    @property
    def meeting(self) -> Meeting:
        """Which files one program imports."""
        if self._meeting is None:
            from dbos_lint.semantics.meeting import Meeting  # for projects of several files

            self._meeting = Meeting(self.calls.resolver.project, partial(self.answer, LOADS))
        return self._meeting

    def rival(self, mention: Mention) -> Rival | None:
        """The first workflow that another file of a program registers by the name of ``mention``: only files that may
        do so are parsed."""
        return self._claims.rival(mention) if self._claims.may_have_rival(mention) else None

    def near(self, path: str) -> frozenset[str] | None:
        """The files that a program may load beside ``path``, to judge by their bytes; None where they are many."""
        self.rest_on(f"{TOLD}{IMPORTS} ")
        return self.meeting.near(path)

    def is_named_elsewhere(self, word: str, path: str) -> bool:
        """Whether another file of the project than ``path`` holds ``word``, or nobody can tell."""
        self._whole()
        return self._words.is_elsewhere(word, path, self.paths)

    def renew(self, module: Module, source: bytes) -> None:
        """Be told the text of a file, which may be another than before."""
        self._words.renew(module.path, source)
        if self._told and self._is_new(module.path, source):
            self._told, self._texts = {}, {}
        self._renew_answers(module)
        if self._meeting is not None and self._meeting.renew(module.path, source):
            self._claims.forget()
        if self._files is None:
            return
        before = self._files.get(module.path, frozenset())
        kinds = before if self._outlined.get(module.path) == hash(source) else kinds_in(source)
        if module.path in self._files:
            self._files[module.path] = kinds
            self._outlined[module.path] = hash(source)
            if before != kinds:
                self._forget_holders(before ^ kinds)
            self._claims.note(module.path, source)

    def _is_new(self, path: str, source: bytes) -> bool:
        if path in self._texts:
            return self._texts[path] != hash(source)
        return not os.path.exists(path)  # else it was not listed, and is none of the project's

    def _renew_answers(self, module: Module) -> None:
        known = self._answers.pop(module.path, {})
        for question, (told_by, before) in known.items():
            if told_by is module:
                self._answers.setdefault(module.path, {})[question] = module, before
            elif self.answer(question, module.path) != before:
                self._known.pop(question, None)
                if question == REGISTERED:
                    self._claims.forget()

    def _forget_holders(self, kinds: Iterable[str]) -> None:
        for kind in tuple(kinds):
            self._holders.pop(kind, None)
            self._known.pop(kind, None)
        self._asked.clear()

    # ------------------------------------------------------------------ files

    def _whole(self) -> Project:
        """The project, for an answer that rests on all of its files."""
        project = self.calls.resolver.project
        project.consulted.whole(project.linting)
        return project

    def holders(self, kind: str, question: str) -> tuple[str, ...]:
        """The files of the project that may hold names of ``kind``, for an answer that rests on what each of them, and
        no other, answers to ``question``."""
        self.rest_on(OUTLINES + question)
        found = self._holding(kind)
        if question not in self._asked:
            self._asked.add(question)
            answers = (f"{TOLD}{question} {path}" for path in found)
            self.group(OUTLINES + question, [f"{TOLD}{HOLDERS} {kind}", *answers])
        return found

    def _holding(self, kind: str) -> tuple[str, ...]:
        """The files of the project that may hold names of ``kind``."""
        if kind not in self._holders:
            name = f"{TOLD}{HOLDERS} {kind}"
            self._holders[kind] = tuple(self.tells(name, partial(self._find_holders, kind), (OUTLINES,)))
        return self._holders[kind]

    def _find_holders(self, kind: str) -> list[str]:
        return [path for path, kinds in self._kinds().items() if kind in kinds]

    def _kinds(self) -> Mapping[str, frozenset[str]]:
        """The files of the project that may name something, and the kinds of names that they may hold."""
        if self._files is None:
            project = self.calls.resolver.project
            wanted = needles(project.settings)
            paths = project.listed()
            self._complete = paths is not None
            self._files = {}
            told: Set[str] = frozenset()
            # Of files that are mended, each by itself, the others say what they said.
            if project.disk is not None:
                sight = project.disk.sight(wanted, project.is_library)
                self._files, self._outlined, told = dict(sight.kinds), dict(sight.hashes), sight.kinds.keys()
                told = told - sight.unsure - project.overlay.keys()
                self._claims.share(sight.words)
            for path in dict.fromkeys((*(paths or ()), *self._overlaid())):
                if path in told:
                    continue
                self._files[path] = frozenset()
                source = project.read(path)
                if source is None:
                    project.consulted.outline(path, None)
                    continue
                found = project.outline(source, wanted)
                # Of what does not name dbos, the files tell that it imports.
                project.consulted.outline(path, found, () if found.is_naming or not found.kinds else (path,))
                hands_on = not found.is_naming and ENGINE.encode() in source
                if found.kinds and (hands_on or self.concerns(path, source)):
                    self._files[path] = found.kinds
                    self._outlined[path] = hash(source)
                    self._claims.note(path, source, found.words)
            self._files = {path: kinds for path, kinds in self._files.items() if kinds}
            project.outlined()
        return self._files

    def _overlaid(self) -> Iterator[str]:
        """Files that are known by their text alone, and are not on the disk."""
        project = self.calls.resolver.project
        root = os.path.join(project.settings.root, "")
        return (path for path in project.overlay if path.startswith(root) and not os.path.exists(path))
