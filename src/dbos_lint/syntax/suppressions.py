"""Comments that silence findings, and comments that declare a helper safe.

How it is used: ``found = parse(text)`` once a file; a diagnostic is dropped when
``found.covers(diagnostic, require_reason=settings.require_reason, noqa=noqa)`` is true. ``noqa`` is false only for
flake8 under ``--disable-noqa``: then ``# noqa`` counts for nothing and ours still counts, so ``lint_source`` takes a
keyword ``noqa: bool = True`` and hands it on. ``found.unknown_codes(RULES)`` is what DBS003 reports, and
``found.unused(...)`` what DBS002 does; ``found.deterministic_rows`` are the rows of ``# dbos-lint: deterministic``
comments.

The forms, all of them case-insensitive; a code may be a prefix (``DBS2``):

    # dbos-lint: ignore[DBS201, DBS205] reason         # noqa              # noqa: DBS201, DBS205
    # dbos-lint: ignore-file[DBS2] reason              # flake8: noqa      # flake8: noqa: DBS2
    # dbos-lint: deterministic

A line comment counts on the first or last row of the finding's statement, or on the finding's own first row.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache

from dbos_lint.diagnostic import Diagnostic, Position
from dbos_lint.records import NamedTuple


class NamedCode(NamedTuple):
    """A code, or the prefix of one, as a comment names it, in upper case; or what it declares."""

    code: str
    start: Position
    end: Position


class Suppression(NamedTuple):
    """One comment that silences ``codes``, or every code when it names none, on ``rows``, or in the whole file."""

    codes: tuple[NamedCode, ...]
    rows: range | None
    reason: str
    noqa: bool

    def names(self, code: str) -> bool:
        """Whether ``code`` is among those that it silences."""
        return not self.codes or any(code.startswith(named.code) for named in self.codes)


class Suppressions:
    """What the comments of one file silence and declare.

    A file may have as many comments as findings: what stands on a row is looked up, not looked for.
    """

    def __init__(self, comments: tuple[Suppression, ...] = (), declarations: tuple[NamedCode, ...] = ()) -> None:
        self.comments = comments
        self.declarations = declarations

    @property
    def deterministic_rows(self) -> frozenset[int]:
        """The rows of the comments that declare a helper safe."""
        return frozenset(named.start.row for named in self.declarations)

    def covers(self, diagnostic: Diagnostic, *, require_reason: bool = False, noqa: bool = True) -> bool:
        """Whether a comment silences ``diagnostic``.

        ``require_reason`` asks a reason of our own comments only: flake8 honours a bare ``# noqa`` whatever we say, and
        the doors must agree.
        """
        silenced = self._silenced(require_reason, noqa)
        return bool(silenced) and any(
            code in silenced.get(row, ())
            for row in (None, diagnostic.start.row, *diagnostic.statement)
            for code in _prefixes(diagnostic.code)
        )

    def _silenced(self, require_reason: bool, noqa: bool) -> Mapping[int | None, Collection[str]]:
        """The codes that are silenced on each row, and (at None) in the whole file: as they are named, or ""."""
        key = (require_reason, noqa)
        if key not in self._known:
            found: dict[int | None, set[str]] = {}
            for comment in self.counting(require_reason, noqa):
                for row in (None,) if comment.rows is None else comment.rows:
                    found.setdefault(row, set()).update([named.code for named in comment.codes] or [""])
            self._known[key] = found
        return self._known[key]

    @cached_property
    def _known(self) -> dict[tuple[bool, bool], Mapping[int | None, Collection[str]]]:
        return {}

    def counting(self, require_reason: bool, noqa: bool) -> Iterator[Suppression]:
        """The comments that count."""
        for comment in self.comments:
            if noqa if comment.noqa else comment.reason or not require_reason:
                yield comment

    def unused(
        self,
        diagnostics: Collection[Diagnostic],
        judged: Container[str],
        known: Collection[str],
        *,
        require_reason: bool,
        noqa: bool,
    ) -> Iterator[tuple[Suppression, NamedCode]]:
        """The codes, each in its comment, that silence none of ``diagnostics``, where all rules that they stand for, of
        those that are ``known``, have been ``judged``."""
        found: dict[int | None, set[str]] = {}
        for each in diagnostics:
            for row in (None, each.start.row, *each.statement):
                found.setdefault(row, set()).update(_prefixes(each.code))
        wanted: dict[str, bool] = {}
        for comment in self.counting(require_reason, noqa):
            for named in comment.codes:
                if named.code not in wanted:
                    meant = [code for code in known if code.startswith(named.code)]
                    wanted[named.code] = bool(meant) and all(code in judged for code in meant)
                rows = (None,) if comment.rows is None else comment.rows
                if wanted[named.code] and not any(named.code in found.get(row, ()) for row in rows):
                    yield comment, named

    def unknown_codes(self, known: Iterable[str]) -> tuple[NamedCode, ...]:
        """The codes that comments name and that no code in ``known`` starts with, in the order of the file.

        Codes in a ``noqa`` that are not ours belong to somebody else and are passed over.
        """
        codes = tuple(known)
        return tuple(
            named
            for comment in self.comments
            for named in comment.codes
            if not (comment.noqa and not named.code.startswith("DBS"))
            and not any(code.startswith(named.code) for code in codes)
        )


NOTHING = Suppressions()


def _prefixes(code: str) -> list[str]:
    """What a comment may name that silences ``code``."""
    return [code[:end] for end in range(len(code) + 1)]


@lru_cache(maxsize=1)
def parse(source: str) -> Suppressions:
    """The suppressions of ``source``: a file is asked for them when it is summarised, and again when it is judged."""
    lowered = source.encode("utf-8", "surrogatepass").lower()  # of a text that is not all ASCII, that takes long
    if b"dbos-lint" not in lowered and b"noqa" not in lowered:
        return NOTHING
    from dbos_lint.syntax.comments import read

    return read(source)
