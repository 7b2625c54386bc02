"""All fixes of an upgrade, carried out on the files of one project, in rounds, without touching the disk.

A round lints every file, takes the fixes that do not get in each other's way, those that reach into other files
included, and lints again: what is worse then is put back. Rounds end when there is nothing more to take.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import partial

from dbos_lint.catalog.history import version
from dbos_lint.diagnostic import Diagnostic, Level, Rule
from dbos_lint.fix import Applicability, Change, Create, Fix
from dbos_lint.fixes.document import Document
from dbos_lint.fixes.edits import Edit, Void, overlap
from dbos_lint.fixes.files import LEADS_OUT
from dbos_lint.fixes.realise import edits
from dbos_lint.fixes.settle import settle
from dbos_lint.linter import lint_source
from dbos_lint.reporters.sources import split
from dbos_lint.rules.declared.advanced import (
    REMOVED_FRAMEWORK_ARGUMENT,
    REMOVED_QUEUE_CONSTRUCTOR,
    REMOVED_SCHEDULED_DECORATOR,
)
from dbos_lint.rules.declared.meta import UNREADABLE_FILE
from dbos_lint.rules.registry import RULES
from dbos_lint.semantics.program import Program
from dbos_lint.settings import Settings
from dbos_lint.syntax.generated import is_generated
from dbos_lint.upgrade.leftovers import tidied

Texts = Mapping[str, bytes]
# Each round mends something or gives something up; a program that needs more is beyond any that was seen.
_MOST_ROUNDS = 200
_UNREADABLE = UNREADABLE_FILE.code
# What goes behind the launches of a program has to wait until all of them can be seen.
_LAUNCH = REMOVED_FRAMEWORK_ARGUMENT.code
_BEHIND_LAUNCHES = frozenset({REMOVED_QUEUE_CONSTRUCTOR.code, REMOVED_SCHEDULED_DECORATOR.code})
_ANOTHER = "another finding of the upgrade"
_GENERATED = "a program wrote that file and will write it again"


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A use that was rewritten: the text that stood at ``row`` of the file as it was, 0 in a file that was not there,
    and the fix."""

    filename: str
    row: int
    old: str
    code: str
    fix: Fix


@dataclass(frozen=True, slots=True)
class Left:
    """A finding that is left to a person: where it stands now, the text there, and why."""

    diagnostic: Diagnostic
    old: str
    reason: str


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What became of a project: the new texts of the files that changed, what was done and what is left."""

    texts: dict[str, bytes]
    rewritten: tuple[Rewrite, ...]
    left: tuple[Left, ...]


@dataclass(frozen=True, slots=True)
class _Planned:
    """A fix, and what it makes of each file that it changes."""

    diagnostic: Diagnostic
    fix: Fix
    changes: dict[str, tuple[Change, ...]]
    edits: dict[str, tuple[Edit, ...]]
    created: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class _State:
    """The texts of a moment and what the linter finds in them."""

    texts: dict[str, bytes]
    diagnostics: tuple[Diagnostic, ...]


_Key = tuple[str, str, str, str]


@dataclass(slots=True)
class Rounds:
    """The upgrade of the files of one project. ``codes`` are the rules whose findings are mended; ``settings`` name the
    release that the program is upgraded to; ``foreign`` are links to files of others, which stay as they are."""

    settings: Settings
    codes: frozenset[str]
    files: Texts
    only_safe: bool = False
    foreign: frozenset[str] = frozenset()
    _reasons: dict[_Key, str] = field(default_factory=dict)
    _given_up: set[_Key] = field(default_factory=set)
    _program: Program = field(init=False)

    def __post_init__(self) -> None:
        self._program = Program(self.settings, self.files)
        self._program.project.mended_together = True

    def run(self) -> Upgraded:
        state = self._linted(dict(self.files), self.settings._replace(select=tuple(sorted(self.codes))))
        done: list[Rewrite] = []
        if any(each.fix for each in state.diagnostics):
            state = self._linted(dict(self.files))  # with what must not get worse: most projects need no look at that
        for _ in range(_MOST_ROUNDS):
            planned = self._planned(state)
            settled = settle(planned, partial(self._attempted, state))
            for each, reason in settled.dropped:
                key = _key(each.diagnostic, state.texts)
                self._given_up.add(key)
                self._reasons[key] = f"put back, since {reason}"
            done += (self._rewrite(each, state.texts) for each in settled.kept)
            if not planned:
                break
            state = settled.state or state
        tidy = tidied(self.files, state.texts)
        state = state if tidy == state.texts else self._linted(tidy)
        changed = {path: text for path, text in state.texts.items() if text != self.files.get(path)}
        left = [each for each in state.diagnostics if each.code in self.codes or each.code == _UNREADABLE]
        return Upgraded(
            changed,
            tuple(sorted(done, key=lambda each: (each.filename, each.row))),
            tuple(Left(each, _line(each, state.texts), self._reason(each, state.texts)) for each in left),
        )

    # ------------------------------------------------------------------ linting

    def _linted(self, texts: dict[str, bytes], settings: Settings | None = None) -> _State:
        changed = {path: text for path, text in texts.items() if text is not self.files.get(path)}
        program = self._program.altered(changed) if changed else self._program
        found = (lint_source(texts[path], path, settings or self.settings, program=program) for path in sorted(texts))
        return _State(texts, tuple(each for result in found for each in result.diagnostics))

    # ------------------------------------------------------------------ choosing

    def _planned(self, state: _State) -> list[_Planned]:
        """The fixes of a round: in the order of the text, each that is in the way of none before it."""
        documents: dict[str, Document] = {}
        planned: list[_Planned] = []
        launched = next((each.filename for each in state.diagnostics if each.code == _LAUNCH), None)
        for diagnostic in state.diagnostics:
            key = _key(diagnostic, state.texts)
            fix = diagnostic.fix
            if fix is None or diagnostic.code not in self.codes or key in self._given_up:
                continue
            if launched is not None and diagnostic.code in _BEHIND_LAUNCHES:
                self._reasons[key] = f"{self._name(launched)} leaves the launch to a web framework ({_LAUNCH})"
                continue
            if self.only_safe and fix.applicability is not Applicability.SAFE:
                self._reasons[key] = f"not safe: {fix.title}"
                continue
            try:
                plan = self._realised(diagnostic, fix, state.texts, documents)
            except Void as void:
                self._reasons[key] = str(void)
                continue
            if not any(_collide(plan, other) for other in planned):
                planned.append(plan)
        return planned

    def _realised(self, diagnostic: Diagnostic, fix: Fix, texts: Texts, documents: dict[str, Document]) -> _Planned:
        changed: dict[str, tuple[Change, ...]] = {}
        made: dict[str, tuple[Edit, ...]] = {}
        created: dict[str, bytes] = {}
        for path, changes in _changes(diagnostic, fix):
            if len(changes) == 1 and isinstance(changes[0], Create):
                text = changes[0].text.encode()
                if texts.get(path, text) != text or (path not in texts and os.path.lexists(path)):
                    raise Void(f"{self._name(path)} is there already")
                created[path] = text
            elif path not in texts:
                raise Void(f"it changes {self._name(path)}, which is not among the files to upgrade")
            elif path in self.foreign:
                raise Void(f"{self._name(path)} is {LEADS_OUT}")
            elif is_generated(_text(texts[path])):
                raise Void(f"it changes {self._name(path)}, and {_GENERATED}")
            else:
                if path not in documents:
                    documents[path] = Document.of(texts[path])
                changed[path] = changes
                made[path] = edits(documents[path], changes)
        return _Planned(diagnostic, fix, changed, made, created)

    # ------------------------------------------------------------------ doing

    def _attempted(self, state: _State, planned: Sequence[_Planned]) -> _State | str:
        """The state when the fixes have been done, or why they are not to be done."""
        try:
            after = self._linted(_applied(planned, state.texts))
        except Void as void:
            return str(void)
        return self._worse(planned, state, after) or after

    def _worse(self, planned: Iterable[_Planned], before: _State, after: _State) -> str:
        """What is worse than before, empty for nothing.

        What was hidden behind a finding of the upgrade may show when that is mended, if it can be mended as well.
        """
        mended = Counter(_identity(each.diagnostic) for each in planned)
        then, now = Counter(map(_identity, before.diagnostics)), Counter(map(_identity, after.diagnostics))
        for identity, number in mended.items():
            if now[identity] > then[identity] - number:
                return "the finding would stay"
        codes_then, codes_now = Counter(self._codes(before)), Counter(self._codes(after))
        for code in sorted(codes_now):
            if codes_now[code] > codes_then[code]:
                return f"it would bring {code or _ANOTHER}"
        if _without_fix(after, self.codes) > _without_fix(before, self.codes):
            return f"it would bring {_ANOTHER}"
        return ""

    def _codes(self, state: _State) -> Iterator[str]:
        """The codes of the findings; those of the upgrade count as one, without a name."""
        return ("" if each.code in self.codes else each.code for each in state.diagnostics)

    def _rewrite(self, plan: _Planned, texts: Texts) -> Rewrite:
        path = plan.diagnostic.filename
        row = self._first_row(path, plan.diagnostic.start.row, texts)
        return Rewrite(path, row, _line(plan.diagnostic, texts), plan.diagnostic.code, plan.fix)

    def _first_row(self, path: str, row: int, texts: Texts) -> int:
        """The row of the file, as it was before the upgrade, at which ``row`` of its present text stood."""
        if path not in self.files:
            return 0
        if texts[path] == self.files[path]:
            return row
        matcher = SequenceMatcher(None, split(self.files[path]), split(texts[path]), autojunk=False)
        for _, start, end, first, last in matcher.get_opcodes():
            if first < row <= last:
                return min(start + row - first, max(end, 1))
        return row

    # ------------------------------------------------------------------ words

    def _name(self, path: str) -> str:
        return os.path.relpath(path, self.settings.root)

    def _reason(self, diagnostic: Diagnostic, texts: Texts) -> str:
        if is_generated(_text(texts[diagnostic.filename])):
            return _GENERATED
        return diagnostic.by_hand or self._reasons.get(_key(diagnostic, texts), "")


def upgrade_codes(since: tuple[int, int], until: tuple[int, int]) -> frozenset[str]:
    """The rules of an upgrade: about names that come and go, and what became an error on the way."""
    return frozenset(
        code
        for code, rule in RULES.items()
        if "DBS949" <= code < "DBS970"
        or (rule.since is not None and since < version(rule.since) <= until and _is_error(rule))
    )


def checked_codes(codes: frozenset[str]) -> frozenset[str]:
    """The rules that are run: those of the upgrade, and those whose findings no fix may add to."""
    return codes | {code for code, rule in RULES.items() if _is_error(rule)}


def _is_error(rule: Rule) -> bool:
    return rule.level is Level.ERROR and rule.on_by_default


def _changes(diagnostic: Diagnostic, fix: Fix) -> Iterator[tuple[str, tuple[Change, ...]]]:
    if fix.changes:
        yield diagnostic.filename, fix.changes
    yield from fix.elsewhere


def _collide(one: _Planned, other: _Planned) -> bool:
    shared = one.edits.keys() & other.edits.keys()
    return any(overlap(one.edits[path], other.edits[path]) for path in shared) or any(
        one.created[path] != other.created[path] for path in one.created.keys() & other.created.keys()
    )


def _applied(planned: Iterable[_Planned], texts: Texts) -> dict[str, bytes]:
    after = dict(texts)
    together: dict[str, dict[Change, None]] = {}
    for plan in planned:
        after.update(plan.created)
        for path, changes in plan.changes.items():
            together.setdefault(path, {}).update(dict.fromkeys(changes))
    for path, all_changes in together.items():
        document = Document.of(texts[path])
        after[path] = document.bytes_with(edits(document, tuple(all_changes)))
    return after


def _without_fix(state: _State, codes: frozenset[str]) -> int:
    return sum(1 for each in state.diagnostics if each.code in codes and each.fix is None)


def _identity(diagnostic: Diagnostic) -> tuple[str, str, str]:
    return diagnostic.filename, diagnostic.code, diagnostic.message


def _key(diagnostic: Diagnostic, texts: Texts) -> _Key:
    """A finding, recognised when the rows above it have changed."""
    return (*_identity(diagnostic), _line(diagnostic, texts))


def _line(diagnostic: Diagnostic, texts: Texts) -> str:
    """The first line of what a finding stands at."""
    lines = split(texts[diagnostic.filename])
    row = diagnostic.start.row
    return lines[row - 1].strip() if row <= len(lines) else ""


def _text(source: bytes) -> str:
    return "\n".join(split(source))
