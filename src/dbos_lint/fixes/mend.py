"""One file mended: in rounds, each of which is linted before it counts."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from dbos_lint.choice import Place, fix_of, is_wanted
from dbos_lint.diagnostic import Diagnostic
from dbos_lint.fix import Change
from dbos_lint.fixes.comparing import stretches, worse
from dbos_lint.fixes.document import Document
from dbos_lint.fixes.edits import Edit, Void
from dbos_lint.fixes.realise import edits
from dbos_lint.fixes.settle import settle
from dbos_lint.fixes.together import Together
from dbos_lint.linter import FileResult, lint_source
from dbos_lint.rules.declared.meta import UNREADABLE_FILE
from dbos_lint.semantics.program import Program
from dbos_lint.settings import Settings

# Each round leaves fewer findings. So many take as deep a nest of them as nobody writes.
_MOST_ROUNDS = 100
# Each attempt lints the whole file: so many lines are linted to tell which fixes of a file work, or its lines so often.
_MOST_LINES = 100_000
_ATTEMPTS = 100
_A_RULE_FAILS = "a rule fails in this file, so nobody knows what else it would bring"


@dataclass(frozen=True, slots=True)
class Dropped:
    """A finding, where it stands now, whose fix was not carried out, and why: a clause without a full stop."""

    finding: Diagnostic
    reason: str


@dataclass(frozen=True, slots=True)
class Mended:
    """A file ``before`` and ``after``, with its findings then; what was ``fixed``, and which fixes were ``dropped``."""

    filename: str
    before: bytes
    after: bytes
    result: FileResult
    fixed: tuple[Diagnostic, ...] = ()
    dropped: tuple[Dropped, ...] = ()


@dataclass(frozen=True, slots=True)
class _State:
    """The file at some moment, and the ``edits`` of the text before that led to it."""

    source: bytes
    result: FileResult
    program: Program
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class _Planned:
    finding: Diagnostic
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class _File:
    filename: str
    settings: Settings

    def state(self, source: bytes, program: Program, made: tuple[Edit, ...] = ()) -> _State:
        program = program.altered({self.filename: source})
        return _State(source, lint_source(source, self.filename, self.settings, program=program), program, made)

    def attempt(self, state: _State, document: Document, planned: Sequence[_Planned]) -> _State | str:
        """The file with all that is ``planned``, or why that cannot be."""
        try:
            made = edits(document, tuple(dict.fromkeys(change for each in planned for change in each.changes)))
            source = document.bytes_with(made)
        except Void as void:
            return str(void)
        after = self.state(source, state.program, made)
        found = after.result.diagnostics
        if after.result.tracebacks:
            return _A_RULE_FAILS
        if any(each.code == UNREADABLE_FILE.code for each in found) or (
            not _compiles(source) and _compiles(state.source)
        ):
            return "it would not be Python any more"
        mended = [each.finding for each in planned]
        return worse(state.result.diagnostics, mended, found, stretches(document.text, made)) or after


def mend(
    source: bytes,
    filename: str,
    settings: Settings,
    places: Collection[Place] | None = None,
    *,
    program: Program | None = None,
    result: FileResult | None = None,
) -> Mended:
    """Mend what ``settings`` want mended of the file ``filename``, whose text is ``source``; at ``places`` only, if any
    are given.

    ``program`` is what is known of the project, and stays as it is; ``result`` is what linting the file gave, where
    that is known. A file that cannot be parsed is left alone.
    """
    file = _File(filename, settings)
    program = program or Program(settings)
    state = file.state(source, program) if result is None else _State(source, result, program)
    fixed: list[Diagnostic] = []
    dropped: list[Dropped] = []
    attempts = max(_ATTEMPTS, _MOST_LINES // (source.count(b"\n") + 1))
    for _ in range(_MOST_ROUNDS):
        wanted = [found for found in state.result.diagnostics if is_wanted(found, settings, places)]
        if not wanted:
            dropped = []
            break
        if state.result.tracebacks:
            dropped = [Dropped(found, _A_RULE_FAILS) for found in wanted]
            break
        document = Document.of(state.source)
        planned, dropped = _plans(document, wanted)
        settled = settle(planned, partial(file.attempt, state, document), attempts)
        attempts -= settled.attempts
        document.forget()
        dropped += [Dropped(each.finding, reason) for each, reason in settled.dropped]
        if settled.state is None:
            break
        state = settled.state
        done = [each.finding for each in settled.kept]
        fixed += done
        if places is not None:
            places = tuple(_moved(each, document.text, state.edits) for each in wanted if each not in done)
    return Mended(filename, source, state.source, state.result, tuple(fixed), tuple(dropped))


def _compiles(source: bytes) -> bool:
    """Whether Python takes it: what only parses may still await something outside of any coroutine."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "<fixed>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _plans(document: Document, wanted: Iterable[Diagnostic]) -> tuple[list[_Planned], list[Dropped]]:
    """In the order of the text, each fix that is in the way of none before it; the others wait for another round."""
    together = Together(document)
    planned: list[_Planned] = []
    dropped: list[Dropped] = []
    for found in wanted:
        fix = fix_of(found)
        assert fix is not None
        try:
            if together.admits(fix.changes):
                together.add(fix.changes)
                planned.append(_Planned(found, fix.changes))
        except Void as void:
            dropped.append(Dropped(found, str(void)))
    return planned, dropped


def _moved(found: Diagnostic, text: str, made: Iterable[Edit]) -> Place:
    """Where ``found``, a finding in ``text``, stands after the edits that were ``made``."""
    lines = text.split("\n")
    start = sum(len(line) + 1 for line in lines[: found.start.row - 1]) + found.start.column - 1
    row = found.start.row
    for edit in made:
        if edit.start < start:
            row += edit.text.count("\n") - text.count("\n", edit.start, min(edit.end, start))
        elif edit.start == edit.end == start:
            row += edit.text.count("\n")
    return Place(found.filename, row, found.code)
