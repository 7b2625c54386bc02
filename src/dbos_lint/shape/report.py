"""The changes between two revisions as diagnostics of the new one, less those that a comment suppresses."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping

from dbos_lint import selection
from dbos_lint.configuration import Configuration
from dbos_lint.diagnostic import Diagnostic
from dbos_lint.discovery import MissingPathError
from dbos_lint.reading import read
from dbos_lint.records import NamedTuple
from dbos_lint.shape.compare import Change, compare
from dbos_lint.shape.snapshot import snapshot
from dbos_lint.syntax import suppressions
from dbos_lint.syntax.lines import Lines
from dbos_lint.syntax.parse import Source, parse


class Changes(NamedTuple):
    """What changed, sorted; and which files could not be looked at in the one revision and in the other, each with the
    reason."""

    diagnostics: tuple[Diagnostic, ...]
    unread_before: Mapping[str, str]
    unread_after: Mapping[str, str]


def changes(before: str, after: str, paths: tuple[str, ...], old: Configuration, new: Configuration) -> Changes:
    """What changed below ``paths``, relative to the folders ``before`` and ``after``. A :class:`MissingPathError` names
    one that is in neither of them."""
    for path in paths:
        if not any(os.path.exists(os.path.join(folder, path)) for folder in (before, after)):
            raise MissingPathError(path)
    then, now = snapshot(_existing(before, paths), old), snapshot(_existing(after, paths), new)
    found = compare(then, now)
    by_file: dict[str, list[Change]] = {}
    for change in found:
        by_file.setdefault(change.place.filename, []).append(change)
    diagnostics = [each for path, group in by_file.items() for each in _diagnostics(path, group, new)]
    return Changes(tuple(sorted(diagnostics, key=Diagnostic.sort_key)), then.unread, now.unread)


def _existing(folder: str, paths: tuple[str, ...]) -> tuple[str, ...]:
    """``paths`` below ``folder``, as far as they were there at that revision."""
    joined = (os.path.normpath(os.path.join(folder, path)) for path in paths)
    return tuple(path for path in joined if os.path.exists(path))


def _diagnostics(path: str, found: Iterable[Change], configuration: Configuration) -> Iterator[Diagnostic]:
    parsed = parse(read(path))
    if not isinstance(parsed, Source):
        return
    settings = configuration.for_file(path)
    enabled = selection.enabled_codes(settings) - selection.ignored_for(settings, path)
    comments, lines = suppressions.parse(parsed.text), Lines(parsed)
    for change in found:
        span = change.place.span
        diagnostic = Diagnostic(
            change.rule,
            path,
            lines.position(span.row, span.col),
            lines.position(span.end_row, span.end_col),
            change.message,
            statement=lines.statement(span.row),
            own_level=change.level,
        )
        if diagnostic.code in enabled and not comments.covers(diagnostic, require_reason=settings.require_reason):
            yield diagnostic
