"""The files of a run mended, in memory: nothing is written here."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from dbos_lint.choice import Place, is_wanted
from dbos_lint.diagnostic import Diagnostic
from dbos_lint.fixes.mend import Dropped, Mended, mend
from dbos_lint.fixes.settle import settle
from dbos_lint.garbage import left_alone
from dbos_lint.linter import FileResult
from dbos_lint.results import RunResult
from dbos_lint.semantics.program import Program
from dbos_lint.settings import Settings

# What is mended in one file can show what there is to mend in another that imports it.
_MOST_ROUNDS = 10

# What each of them was judged by knows all files of the project, and is garbage then, in circles.
_MENDS_BEFORE_COLLECTION = 100

Lint = Callable[[Mapping[str, bytes]], RunResult]


@dataclass(frozen=True, slots=True)
class Change:
    """A file whose text is another ``after`` than ``before``, and what was ``fixed`` in it."""

    filename: str
    before: bytes
    after: bytes
    fixed: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Fixed:
    """The files that change, the findings that there are then, and the fixes that were dropped.

    ``unmatched`` are the places, of those that were asked for, where nothing could be mended from the start.
    """

    changes: tuple[Change, ...]
    result: RunResult
    dropped: tuple[Dropped, ...] = ()
    unmatched: tuple[Place, ...] = ()


@dataclass(slots=True)
class Files:
    """The files of one run. ``lint`` lints them, where the texts that it is given count instead of the disk's."""

    lint: Lint
    settings: Callable[[str], Settings]

    def fixed(self, places: Collection[Place] | None = None) -> Fixed:
        """Mend what the settings want mended; at ``places`` only, if any are given."""
        result = self.lint({})
        offered = [found for found in result.diagnostics if is_wanted(found, self.settings(found.filename), places)]
        unmatched = tuple(each for each in places or () if not any(each.is_of(found) for found in offered))
        changes: dict[str, Change] = {}
        dropped: tuple[Dropped, ...] = ()
        for _ in range(_MOST_ROUNDS if places is None else 1):
            mends = self._mends(result, {name: change.after for name, change in changes.items()}, places)
            dropped = tuple(each for mended in mends for each in mended.dropped)
            changed = [mended for mended in mends if mended.after != mended.before]
            settled = settle(changed, partial(self._attempt, result, changes))
            dropped += tuple(Dropped(found, reason) for mended, reason in settled.dropped for found in mended.fixed)
            if settled.state is None:
                break
            result = settled.state
            changes = _together(changes, settled.kept)
        return Fixed(tuple(changes[name] for name in sorted(changes)), result, dropped, unmatched)

    def _mends(self, result: RunResult, texts: Mapping[str, bytes], places: Collection[Place] | None) -> list[Mended]:
        """Each file by itself, as if the others stayed as they are: so it makes no difference which comes first."""
        programs: dict[Settings, Program] = {}
        mends: list[Mended] = []
        for file in result.files:
            settings = self.settings(file.filename)
            wanted = [found for found in file.diagnostics if is_wanted(found, settings, places)]
            if not wanted:
                continue
            if settings not in programs:
                programs[settings] = Program(settings).altered(texts)
            try:
                if mends and len(mends) % _MENDS_BEFORE_COLLECTION == 0:
                    gc.collect()
                with left_alone(kept=True):
                    program = programs[settings]
                    mends.append(mend(file.source, file.filename, settings, places, program=program, result=file))
            except Exception as error:  # one file must never end the run
                reason = f"dbos-lint itself failed on it ({type(error).__name__}); please report this"
                unable = tuple(Dropped(found, reason) for found in wanted)
                mends.append(Mended(file.filename, file.source, file.source, file, dropped=unable))
        return mends

    def _attempt(self, before: RunResult, changes: Mapping[str, Change], some: Sequence[Mended]) -> RunResult | str:
        """The findings of all files when those are mended, or why that cannot be."""
        new = {mended.filename: mended.result for mended in some}
        if all(file.filename in new for file in before.files):
            return before._replace(files=tuple(new[file.filename] for file in before.files))
        texts = {name: change.after for name, change in changes.items()}
        after = self.lint({**texts, **{mended.filename: mended.after for mended in some}})
        expected = {file.filename: new.get(file.filename, file) for file in before.files}
        for file in after.files:
            more = _counts(file) - _counts(expected[file.filename])
            if more:
                return f"it would bring {min(more)} to {file.filename}"
        return after


def _together(changes: Mapping[str, Change], mends: Sequence[Mended]) -> dict[str, Change]:
    """``changes``, and then what was mended as well."""
    after = dict(changes)
    for mended in mends:
        known = after.get(mended.filename) or Change(mended.filename, mended.before, mended.before, ())
        after[mended.filename] = replace(known, after=mended.after, fixed=known.fixed + mended.fixed)
    return after


def _counts(file: FileResult) -> Counter[str]:
    return Counter(found.code for found in file.diagnostics)
