"""The names by which the parts of a program know each other: of queues, topics, events, streams, workflows ...

They are gathered from all files of the project, whichever of them a run was told to lint, so that every door gives the
same answer. Only files whose bytes hold what makes such a name are parsed, and each of them once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from dbos_lint.catalog import api
from dbos_lint.catalog.names import (
    ASKS,
    COMMON_METHODS,
    METHODS,
    OFFERS,
    SLOTS,
    WORKFLOW,
    Slot,
)
from dbos_lint.mentions import needles
from dbos_lint.outlines import kinds_in
from dbos_lint.semantics.calls import Calls
from dbos_lint.semantics.entities import registered_name, registrations
from dbos_lint.semantics.literals import literals
from dbos_lint.semantics.modules import Project
from dbos_lint.semantics.options import Written, written
from dbos_lint.semantics.refs import receiver_and_method, terminal
from dbos_lint.semantics.rivals import Claims
from dbos_lint.semantics.scoping import Place, place_of
from dbos_lint.semantics.summary import MODULE, Call, Module, Ref
from dbos_lint.semantics.values import Entity
from dbos_lint.semantics.words import Words
from dbos_lint.syntax.spans import Span

if TYPE_CHECKING:
    from dbos_lint.semantics.meeting import Meeting

T = TypeVar("T")

# Whoever calls something so means the engine, be it from a package that hands it on.
_ENGINE = "DBOS"

_BY_METHOD: dict[str, tuple[Slot, ...]] = {name.rpartition(".")[2]: slots for name, slots in SLOTS.items()}


class Mention(NamedTuple):
    """That a file names something, at ``span``: ``name``, or None where it is made at run time.

    ``api`` is the qualified name of what is given the name (empty where that is a guess, so that it is not ``sure``),
    ``call`` the call and ``slot`` where it takes the name. A workflow that is registered has an ``entity`` instead.
    """

    kind: str
    side: str
    name: str | None
    path: str
    span: Span
    api: str = ""
    sure: bool = True
    call: Call | None = None
    slot: Slot | None = None
    entity: Entity | None = None


class Known:
    """The names of one kind in the project, each with what mentions it.

    ``open`` are the sides (``OFFERS``, ``ASKS``) that have more names than the text tells.
    """

    __slots__ = ("asked", "offered", "open")

    def __init__(
        self,
        offered: Mapping[str, tuple[Mention, ...]],
        asked: Mapping[str, tuple[Mention, ...]],
        open: frozenset[str],
    ) -> None:
        self.offered = offered
        self.asked = asked
        self.open = open


class Names:
    """The names of one project, remembered. ``concerns`` tells whether a file can hold anything of dbos."""

    __slots__ = (
        "_claims",
        "_complete",
        "_files",
        "_holders",
        "_known",
        "_learnt",
        "_meeting",
        "_mentions",
        "_words",
        "calls",
        "concerns",
    )

    def __init__(self, calls: Calls, concerns: Callable[[str, bytes], bool]) -> None:
        self.calls = calls
        self.concerns = concerns
        self._files: dict[str, frozenset[str]] | None = None  # with the kinds of names that each of them may hold
        self._holders: dict[str, tuple[str, ...]] = {}
        self._complete: bool = True
        self._mentions: dict[tuple[str, str], tuple[Module, tuple[Mention, ...]]] = {}
        self._known: dict[str, Known] = {}
        self._meeting: Meeting | None = None
        self._learnt: dict[tuple[str, str], tuple[Module, Any]] = {}
        self._claims = Claims(self)
        self._words = Words(self.calls.resolver.project)

    def known(self, kind: str, module: Module) -> Known:
        """The names of ``kind`` in the project of ``module``, the file that is being linted."""
        own = self.of(module, kind)
        holding = self._holding(kind)
        if self._complete and module.path in self._kinds():
            if kind not in self._known:
                self._known[kind] = self._gather(kind, holding)
            return self._known[kind]
        # A file that no walk finds: it was named by itself.
        others = [path for path in holding if path != module.path]
        return _sorted_out([*own, *self._of_files(kind, others)], self._complete)

    def own(self, kind: str, module: Module) -> Known:
        """Those of :meth:`known` that the file itself mentions. Where they tell enough, no other need be asked, and
        none counts for what is found."""
        return self.once(f"own {kind}", module, lambda module: _sorted_out(self.of(module, kind), True))

    def is_offered(self, kind: str, name: str, module: Module) -> bool:
        """Whether the project of ``module`` offers ``name``."""
        return name in self.own(kind, module).offered or name in self.known(kind, module).offered

    def of(self, module: Module, kind: str) -> tuple[Mention, ...]:
        """What one file says of the names of ``kind``."""
        remembered = self._mentions.get((module.path, kind))
        if remembered is None or remembered[0] is not module:
            found = self._of_workflows(module) if kind == WORKFLOW else []
            found += self._of_calls(module, kind)
            remembered = self._mentions[module.path, kind] = module, tuple(found)
        return remembered[1]

    def files(self, kind: str, module: Module) -> Iterator[Module]:
        """The files of the project of ``module``, itself first, that may hold what goes by ``kind``."""
        yield module
        for path in self._holding(kind):
            other = self.calls.resolver.project.module(path) if path != module.path else None
            if other is not None:
                yield other

    def everywhere(self, module: Module) -> Iterator[Module]:
        """The files of the project of ``module``, itself first, that concern dbos, in order; none but itself where the
        project is too large to be known."""
        yield module
        project = self.calls.resolver.project
        for path in self.paths():
            source = project.read(path) if path != module.path else None
            other = project.module(path) if source is not None and self.concerns(path, source) else None
            if other is not None:
                yield other

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

    @property
    def meeting(self) -> Meeting:
        """Which files one program imports."""
        if self._meeting is None:
            from dbos_lint.semantics.meeting import Meeting  # for projects of several files

            self._meeting = Meeting(self.calls.resolver.project)
        return self._meeting

    def is_registered(self, mention: Mention) -> bool:
        """Whether importing the file registers the workflow, whatever the circumstances."""
        if mention.entity is None or mention.name is None or mention.side != OFFERS:
            return False
        function = self.calls.resolver.function(mention.entity.function)
        return mention.entity.function.module == mention.path and (function.parent, function.block) == (MODULE, MODULE)

    def rival(self, mention: Mention) -> Mention | None:
        """The first workflow that another file of a program registers by the name of ``mention``: only files that may
        do so are parsed."""
        self._outlined()
        self._kinds()
        if not self._claims.may_have_rival(mention):
            return None
        self._whole()
        return self._claims.rival(mention)

    def is_named_elsewhere(self, word: str, path: str) -> bool:
        """Whether another file of the project than ``path`` holds ``word``, or nobody can tell."""
        self._whole()
        return self._words.is_elsewhere(word, path, self.paths)

    def renew(self, module: Module, source: bytes) -> None:
        """Be told the text of a file, which may be another than before."""
        self._words.renew(module.path, source)
        if self._meeting is not None and self._meeting.renew(module.path):
            self._claims.forget()
        if self._files is None:
            return
        before = self._files.get(module.path, frozenset())
        kinds = kinds_in(source)
        if module.path in self._files:
            self._files[module.path] = kinds
            if before != kinds:
                self._holders = {}
            self._claims.note(module.path, source)
        for kind in before | kinds:
            remembered = self._mentions.get((module.path, kind))
            if remembered is None or (remembered[0] is not module and remembered[1] != self.of(module, kind)):
                self._known.pop(kind, None)
                if kind == WORKFLOW:
                    self._claims.forget()

    # ------------------------------------------------------------------ files

    def _whole(self) -> Project:
        """The project, for an answer that rests on all of its files."""
        project = self.calls.resolver.project
        project.consulted.whole(project.linting)
        return project

    def _outlined(self) -> Project:
        """The project, for an answer that rests on the outlines of its files."""
        project = self.calls.resolver.project
        project.consulted.outlined(project.linting)
        return project

    def _holding(self, kind: str) -> tuple[str, ...]:
        """The files of the project that may hold names of ``kind``, for an answer that rests on what is in them, and in
        what they import."""
        project = self.calls.resolver.project
        project.consulted.holding(project.linting, kind)
        if kind not in self._holders:
            self._holders[kind] = tuple(path for path, kinds in self._kinds().items() if kind in kinds)
            project.consulted.holders(kind, self._holders[kind])
        return self._holders[kind]

    def _kinds(self) -> Mapping[str, frozenset[str]]:
        """The files of the project that may name something, and the kinds of names that they may hold."""
        if self._files is None:
            project = self.calls.resolver.project
            wanted = needles(project.settings)
            paths = project.listed()
            self._complete = paths is not None
            self._files = {}
            for path in dict.fromkeys((*(paths or ()), *self._overlaid())):
                source = project.read(path)
                if source is None:
                    project.consulted.outline(path, None)
                    continue
                found = project.outline(source, wanted)
                # Of what does not name dbos, the files tell that it imports.
                project.consulted.outline(path, found, () if found.is_naming or not found.kinds else (path,))
                hands_on = not found.is_naming and _ENGINE.encode() in source
                if found.kinds and (hands_on or self.concerns(path, source)):
                    self._files[path] = found.kinds
                    self._claims.note(path, source, found.words)
            project.outlined()
        return self._files

    def _gather(self, kind: str, paths: Iterable[str]) -> Known:
        return _sorted_out(self._of_files(kind, paths), self._complete)

    def _of_files(self, kind: str, paths: Iterable[str]) -> Iterator[Mention]:
        for path in paths:
            module = self.calls.resolver.project.module(path)
            if module is not None:
                yield from self.of(module, kind)

    # ------------------------------------------------------------------ what a file names

    def _of_workflows(self, module: Module) -> list[Mention]:
        return [
            Mention(
                WORKFLOW,
                OFFERS,
                registered_name(self.calls.resolver, registration.entity),
                module.path,
                registration.span,
                entity=registration.entity,
            )
            for registration in registrations(self.calls.resolver, module)
            if registration.entity.kind == api.WORKFLOW
        ]

    def _of_calls(self, module: Module, kind: str) -> Iterator[Mention]:
        for call in self.once("naming", module, _naming):
            yield from self.of_call(module, call, kind)

    def of_call(self, module: Module, call: Call, kind: str) -> Iterator[Mention]:
        """The names of ``kind`` that one call takes."""
        callees = self.calls.callees(module, call)
        named = sorted(callees.names & SLOTS.keys())
        for name in named:
            for slot in SLOTS[name]:
                if slot.kind == kind:
                    yield from self._at(module, call, slot, name)
        if not callees.known or (not named and isinstance(call.func, str) and call.func.startswith(f"{_ENGINE}.")):
            receiver, method = receiver_and_method(call.func)
            for slot in _BY_METHOD.get(method, ()):
                if slot.kind == kind:
                    for mention in self._at(module, call, slot, ""):
                        # Sockets, mailboxes and mocks have such methods, too.
                        if mention.name is not None or method not in COMMON_METHODS or _is_engine(receiver):
                            yield mention

    def _at(self, module: Module, call: Call, slot: Slot, name: str) -> Iterator[Mention]:
        """The names that ``call``, of the API ``name``, takes at ``slot``."""
        given, ref = argument(call, slot)
        if not given:
            return
        mention = Mention(slot.kind, slot.side, None, module.path, call.span, name, bool(name), call, slot)
        elements = elements_of(ref, slot)
        if elements is None:
            yield mention
        for element in elements or ():
            found = self.names_in(module, call, slot, element)
            if found is None:
                yield mention
            for each in found or ():
                yield mention._replace(name=each)

    def names_in(self, module: Module, call: Call, slot: Slot, element: Ref) -> tuple[str, ...] | None:
        """All names that ``element``, of what ``call`` takes at ``slot``, may be; None where they are not known."""
        text = self.text_in(module, call, slot, element)
        if text is None or not text:
            return text
        values = literals(self.calls.resolver, *text)
        # What is no string is another rule's business; ``None`` stands for no name.
        return None if values is None else tuple(value for value in values if isinstance(value, str))

    def text_in(
        self, module: Module, call: Call, slot: Slot, element: Ref
    ) -> tuple[Module, Ref, Place] | tuple[()] | None:
        """The expression that is the name in ``element``, and where it stands; empty where it names nothing, None where
        that is not known."""
        if not slot.key:
            return module, element, place_of(call)
        options = options_of(self.calls, module, call, element)
        if options is None or any(name is None for name, _ in options.items):
            return None
        return next(((options.module, ref, options.place) for name, ref in options.items if name == slot.key), ())

    def _overlaid(self) -> Iterator[str]:
        """Files that are known by their text alone, and are not on the disk."""
        project = self.calls.resolver.project
        root = os.path.join(project.settings.root, "")
        return (path for path in project.overlay if path.startswith(root) and not os.path.exists(path))


def options_of(calls: Calls, module: Module, call: Call, ref: Ref) -> Written | None:
    """The options that ``ref``, in the arguments of ``call``, is the text of."""
    if isinstance(ref, tuple) and ref[0] == "dict" and len(ref) > 2:
        return Written(module, place_of(call), ref[1], ref[2])
    return written(calls.resolver, module, call, ref)


def elements_of(ref: Ref, slot: Slot) -> tuple[Ref, ...] | None:
    """What an argument is the list of; None where that is not known."""
    if not slot.each:
        return (ref,)
    return ref[1:] if isinstance(ref, tuple) and ref[0] in ("list", "tuple", "set") else None


def argument(call: Call, slot: Slot) -> tuple[bool, Ref]:
    """Whether ``call`` is given something at ``slot``, and what; ``*args`` and ``**more`` may be anything."""
    for name, ref in call.keywords:
        if name == slot.keyword:
            return True, ref
    if 0 <= slot.position < len(call.args):
        return True, call.args[slot.position]
    return any(name is None for name, _ in call.keywords), None


def closest(name: str, others: Iterable[str], cutoff: float = 0.75) -> str | None:
    """The one of ``others`` that ``name`` was most likely meant to be."""
    import difflib

    folded = {_folded(other): other for other in sorted(others, reverse=True) if other != name}
    if _folded(name) in folded:
        return folded[_folded(name)]
    near = difflib.get_close_matches(_folded(name), folded, n=1, cutoff=cutoff)
    return folded[near[0]] if near else None


def _folded(name: str) -> str:
    return name.casefold().replace("-", "_").replace(".", "_").replace(" ", "_")


def _naming(module: Module) -> tuple[Call, ...]:
    """The calls of ``module`` that may take names, to judge by what they are of."""
    methods = METHODS | _renamed(module)
    calls = (call for function in module.functions for call in function.calls)
    return tuple([call for call in calls if terminal(call.func) in methods])


def _renamed(module: Module) -> frozenset[str]:
    """Names under which the module imports what takes names: ``from dbos import Queue as Line``."""
    return frozenset(
        name
        for scope in module.scopes
        for name, bindings in scope.bindings.items()
        for binding in bindings
        if binding.kind == "import" and binding.value[1] in METHODS and binding.value[1] != name
    )


def _is_engine(receiver: Ref) -> bool:
    return isinstance(receiver, str) and "dbos" in receiver.casefold()


def _sorted_out(mentions: Iterable[Mention], complete: bool) -> Known:
    by_side: dict[str, dict[str, list[Mention]]] = {OFFERS: {}, ASKS: {}}
    opened = set() if complete else {OFFERS, ASKS}
    for mention in mentions:
        if mention.name is None:
            opened.add(mention.side)
        else:
            by_side[mention.side].setdefault(mention.name, []).append(mention)
    offered, asked = ({name: tuple(found) for name, found in by_side[side].items()} for side in (OFFERS, ASKS))
    return Known(offered, asked, frozenset(opened))
