"""What ``--fix`` and ``--diff`` do with the files of a run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from dbos_lint.choice import Place, fix_of, is_hidden
from dbos_lint.cli.output import emit, note, write
from dbos_lint.diagnostic import Diagnostic, Position
from dbos_lint.fixes.difference import patch
from dbos_lint.fixes.files import LEADS_OUT, ReplaceError, ending_tidily, leads_out, replace
from dbos_lint.fixes.project import Change, Files, Fixed
from dbos_lint.paths import absolute, shown
from dbos_lint.records import NamedTuple
from dbos_lint.results import RunResult


class Done(NamedTuple):
    """The findings that there are now; what was fixed, file by file; which of the findings could not be fixed; and
    whether a file could not be written."""

    result: RunResult
    fixed: tuple[tuple[str, tuple[Diagnostic, ...]], ...]
    dropped: frozenset[tuple[str, str, Position]]
    failed: bool = False

    @property
    def total(self) -> int:
        return sum(len(found) for _, found in self.fixed)

    def is_dropped(self, found: Diagnostic) -> bool:
        return (found.filename, found.code, found.start) in self.dropped


def write_files(files: Files, places: Collection[Place] | None, cwd: str, named: Sequence[str]) -> Done:
    """Mend the files on the disk, which are those at and below the paths that were ``named``."""
    fixed = _fixed(files, places, cwd)
    unwritten = set()
    with ending_tidily():
        for change in fixed.changes:
            here = (*map(absolute, named), files.settings(change.filename).root)
            if not _written(change, cwd, here):
                unwritten.add(change.filename)
    # What the files hold that could be written may not be what all of them together would.
    result = files.lint({}) if unwritten else fixed.result
    return _done(fixed, [change for change in fixed.changes if change.filename not in unwritten], result, unwritten)


def print_source(files: Files, places: Collection[Place] | None, cwd: str, source: bytes) -> tuple[Done, bytes]:
    """Mend the standard input, and print what becomes of it."""
    fixed = _fixed(files, places, cwd)
    after = fixed.changes[0].after if fixed.changes else source
    emit(after)
    return _done(fixed, fixed.changes, fixed.result), after


def print_patch(files: Files, places: Collection[Place] | None, cwd: str, output_file: str | None) -> Done:
    """Print what would be mended as a patch."""
    fixed = _fixed(files, places, cwd)
    text = b"".join(patch(shown(change.filename, cwd), change.before, change.after) for change in fixed.changes)
    if output_file is None:
        emit(text)
    else:
        write(text, output_file)
    return _done(fixed, fixed.changes, fixed.result)


def _fixed(files: Files, places: Collection[Place] | None, cwd: str) -> Fixed:
    fixed = files.fixed(places)
    for each in fixed.dropped:
        row = each.finding.start.row
        note(f"warning: {shown(each.finding.filename, cwd)}:{row}: {each.finding.code} was not fixed: {each.reason}")
    for place in fixed.unmatched:
        note(f"warning: nothing to fix at {shown(str(place), cwd)}{_hint(place, fixed, files)}")
    return fixed


def _hint(place: Place, fixed: Fixed, files: Files) -> str:
    there = [found for found in fixed.result.diagnostics if place.is_of(found)]
    if any(is_hidden(found, files.settings(found.filename)) for found in there):
        return ": the fix takes --unsafe-fixes"
    return ": the finding has no fix" if any(fix_of(found) is None for found in there) else ""


def _written(change: Change, cwd: str, here: Iterable[str]) -> bool:
    try:
        if leads_out(change.filename, here):
            raise ReplaceError(f"it is {LEADS_OUT}")
        replace(change.filename, change.before, change.after)
    except ReplaceError as error:
        codes = sorted({found.code for found in change.fixed})
        unfixed = f"{', '.join(codes)} {'was' if len(codes) == 1 else 'were'} not fixed"
        note(f"error: {shown(change.filename, cwd)} cannot be replaced, {unfixed}: {error}")
        return False
    return True


def _done(fixed: Fixed, changes: Iterable[Change], result: RunResult, unwritten: Collection[str] = ()) -> Done:
    dropped = frozenset((each.filename, each.code, each.start) for each in (given.finding for given in fixed.dropped))
    return Done(result, tuple((change.filename, change.fixed) for change in changes), dropped, bool(unwritten))
