"""All fixes of an upgrade, carried out on the files of one project, in rounds, without touching the disk.

A round lints every file, takes the fixes that do not get in each other's way, those that reach into other files
included, and lints again: what is worse then is put back. Rounds end when there is nothing more to take.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from dbos_lint.catalog.history import version
from dbos_lint.diagnostic import Diagnostic, Level, Rule
from dbos_lint.fix import Applicability, Change, Create, Fix
from dbos_lint.fixes.edits import Void
from dbos_lint.fixes.files import LEADS_OUT
from dbos_lint.fixes.realise import edits
from dbos_lint.fixes.settle import settle
from dbos_lint.linter import lint_source
from dbos_lint.rules.declared.advanced import (
    REMOVED_FRAMEWORK_ARGUMENT,
    REMOVED_QUEUE_CONSTRUCTOR,
    REMOVED_SCHEDULED_DECORATOR,
)
from dbos_lint.rules.declared.meta import UNREADABLE_FILE
from dbos_lint.rules.registry import RULES
from dbos_lint.semantics.program import Program
from dbos_lint.settings import Settings
from dbos_lint.upgrade.leftovers import tidied
from dbos_lint.upgrade.planned import Chosen, Planned, Work
from dbos_lint.upgrade.state import File, Key, State, identity

Texts = Mapping[str, bytes]
# Each round mends a finding at least or gives it up; what shows only then is rarely more.
_MORE_ROUNDS = 200
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


@dataclass(slots=True)
class Rounds:
    """The upgrade of the files of one project. ``codes`` are the rules whose findings are mended; ``settings`` name the
    release that the program is upgraded to; ``foreign`` are links to files of others, which stay as they are."""

    settings: Settings
    codes: frozenset[str]
    files: Texts
    only_safe: bool = False
    foreign: frozenset[str] = frozenset()
    _reasons: dict[Key, str] = field(default_factory=dict)
    _given_up: set[Key] = field(default_factory=set)
    _program: Program = field(init=False)

    def __post_init__(self) -> None:
        self._program = Program(self.settings, self.files)
        self._program.project.mended_together = True

    def run(self) -> Upgraded:
        files = {path: File(text, None) for path, text in self.files.items()}
        state = self._linted(files, self.settings._replace(select=tuple(sorted(self.codes))))
        done: list[Rewrite] = []
        if any(each.fix for each in state.diagnostics):
            state = self._linted(files)  # with what must not get worse: most projects need no look at that
        for _ in range(len(state.diagnostics) + _MORE_ROUNDS):
            planned = self._planned(state)
            settled = settle(planned, partial(self._attempted, state))
            for each, reason in settled.dropped:
                key = state.key(each.diagnostic)
                self._given_up.add(key)
                self._reasons[key] = f"put back, since {reason}"
            done += (_rewrite(each, state) for each in settled.kept)
            if not planned:
                break
            state = settled.state or state
        texts = {path: file.data for path, file in state.files.items()}
        tidy = tidied(self.files, texts)
        if tidy != texts:
            state = self._linted({path: File(text, None) for path, text in tidy.items()})
        left = [each for each in state.diagnostics if each.code in self.codes or each.code == _UNREADABLE]
        return Upgraded(
            {path: text for path, text in tidy.items() if text != self.files.get(path)},
            tuple(sorted(done, key=lambda each: (each.filename, each.row))),
            tuple(Left(each, state.line(each), self._reason(each, state)) for each in left),
        )

    # ------------------------------------------------------------------ linting

    def _linted(self, files: dict[str, File], settings: Settings | None = None) -> State:
        changed = {path: file.data for path, file in files.items() if file.data is not self.files.get(path)}
        program = self._program.altered(changed) if changed else self._program
        found = (
            lint_source(files[path].data, path, settings or self.settings, program=program) for path in sorted(files)
        )
        return State(files, tuple(each for result in found for each in result.diagnostics))

    # ------------------------------------------------------------------ choosing

    def _planned(self, state: State) -> list[Planned]:
        """The fixes of a round: in the order of the text, each that is in the way of none before it."""
        chosen = Chosen(state.files)
        works: dict[object, Work] = {}
        launched = next((each.filename for each in state.diagnostics if each.code == _LAUNCH), None)
        for diagnostic in state.diagnostics:
            key = state.key(diagnostic)
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
                # One plan mends findings in many files: told by its changes, which are the same objects everywhere.
                same = frozenset((path, id(changes)) for path, changes in _changes(diagnostic.filename, fix))
                if same not in works:
                    works[same] = self._work(diagnostic.filename, fix, state)
                chosen.add(Planned(diagnostic, works[same]))
            except Void as void:
                self._reasons[key] = str(void)
        return chosen.planned

    def _work(self, filename: str, fix: Fix, state: State) -> Work:
        changed: dict[str, tuple[Change, ...]] = {}
        created: dict[str, bytes] = {}
        for path, changes in _changes(filename, fix):
            file = state.files.get(path)
            if len(changes) == 1 and isinstance(changes[0], Create):
                text = changes[0].text.encode()
                if file is None and not os.path.lexists(path):
                    created[path] = text
                elif file is None or file.data != text:
                    raise Void(f"{self._name(path)} is there already")
            elif file is None:
                raise Void(f"it changes {self._name(path)}, which is not among the files to upgrade")
            elif path in self.foreign:
                raise Void(f"{self._name(path)} is {LEADS_OUT}")
            elif file.is_generated:
                raise Void(f"it changes {self._name(path)}, and {_GENERATED}")
            else:
                edits(file.document, changes)
                changed[path] = changes
        return Work(changed, created)

    # ------------------------------------------------------------------ doing

    def _attempted(self, state: State, planned: Sequence[Planned]) -> State | str:
        """The state when the fixes have been done, or why they are not to be done."""
        try:
            after = self._linted(_applied(planned, state.files))
        except Void as void:
            return str(void)
        return self._worse(planned, state, after) or after

    def _worse(self, planned: Iterable[Planned], before: State, after: State) -> str:
        """What is worse than before, empty for nothing.

        What was hidden behind a finding of the upgrade may show when that is mended, if it can be mended as well.
        """
        mended = Counter(identity(each.diagnostic) for each in planned)
        then, now = Counter(map(identity, before.diagnostics)), Counter(map(identity, after.diagnostics))
        for finding, number in mended.items():
            if now[finding] > then[finding] - number:
                return "the finding would stay"
        codes_then, codes_now = Counter(self._codes(before)), Counter(self._codes(after))
        for code in sorted(codes_now):
            if codes_now[code] > codes_then[code]:
                return f"it would bring {code or _ANOTHER}"
        if _without_fix(after, self.codes) > _without_fix(before, self.codes):
            return f"it would bring {_ANOTHER}"
        return ""

    def _codes(self, state: State) -> Iterator[str]:
        """The codes of the findings; those of the upgrade count as one, without a name."""
        return ("" if each.code in self.codes else each.code for each in state.diagnostics)

    # ------------------------------------------------------------------ words

    def _name(self, path: str) -> str:
        return os.path.relpath(path, self.settings.root)

    def _reason(self, diagnostic: Diagnostic, state: State) -> str:
        if state.files[diagnostic.filename].is_generated:
            return _GENERATED
        return diagnostic.by_hand or self._reasons.get(state.key(diagnostic), "")


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


def _changes(filename: str, fix: Fix) -> Iterator[tuple[str, tuple[Change, ...]]]:
    if fix.changes:
        yield filename, fix.changes
    yield from fix.elsewhere


def _applied(planned: Iterable[Planned], files: Mapping[str, File]) -> dict[str, File]:
    after = dict(files)
    together: dict[str, dict[Change, None]] = {}
    for work in dict.fromkeys(plan.work for plan in planned):
        after.update((path, File(text, [0] * (text.count(b"\n") + 1))) for path, text in work.created.items())
        for path, changes in work.changes.items():
            together.setdefault(path, {}).update(dict.fromkeys(changes))
    for path, all_changes in together.items():
        after[path] = files[path].with_edits(edits(files[path].document, all_changes))
    return after


def _rewrite(plan: Planned, state: State) -> Rewrite:
    found = plan.diagnostic
    assert found.fix is not None
    return Rewrite(found.filename, state.first_row(found), state.line(found), found.code, found.fix)


def _without_fix(state: State, codes: frozenset[str]) -> int:
    return sum(1 for each in state.diagnostics if each.code in codes and each.fix is None)
