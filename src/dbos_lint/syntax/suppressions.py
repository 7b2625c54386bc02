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

import io
import re
import tokenize
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from dbos_lint.diagnostic import Diagnostic, Position

OURS = re.compile(
    r"#\s*dbos-lint\s*:\s*(?P<verb>ignore-file|ignore|deterministic)\b(?:\s*\[(?P<codes>[^\]]{0,20000})\])?",
    re.I,
)
NOQA = re.compile(r"# noqa(?::\s?(?P<codes>(?:[A-Z]+[0-9]+(?:[,\s]+)?)+))?", re.I)
NOQA_FILE = re.compile(r"# flake8[:=]\s*noqa(?::\s?(?P<codes>(?:[A-Z]+[0-9]+(?:[,\s]+)?)+))?", re.I)
CODE = re.compile(r"[^\s,]+")
_REASON = re.compile(r"[^#]*")


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
        return any(
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


def parse(source: str) -> Suppressions:
    """The suppressions of ``source``. Tokens are read only when the text holds a comment that could concern us."""
    if not _may_concern_us(source):
        return NOTHING
    suppressions: list[Suppression] = []
    declarations: list[NamedCode] = []
    for comment in _comments(source):
        for ours in OURS.finditer(comment.text):
            if ours["verb"].lower() == "deterministic":
                declarations.append(_named(comment, ours.span(), "deterministic"))
            else:
                suppressions.extend(_own(comment, ours))
        suppressions.extend(_foreign(comment))
    return Suppressions(tuple(suppressions), tuple(declarations))


class _Comment(NamedTuple):
    """A comment token; ``rows`` are the rows that share its line, joined by backslashes or strings of several lines."""

    text: str
    row: int
    column: int
    rows: range
    alone: bool


def _may_concern_us(source: str) -> bool:
    """Whether reading tokens, which costs more than parsing, can pay: most ``noqa`` name codes of others."""
    lowered = source.lower()
    if "dbos-lint" in lowered:
        return True
    if "noqa" not in lowered:
        return False
    return any(
        match["codes"] is None or "DBS" in match["codes"].upper()
        for pattern in (NOQA, NOQA_FILE)
        for match in pattern.finditer(source)
    )


def _comments(source: str) -> Iterator[_Comment]:
    """The comments of ``source``, as far as it can be tokenized."""
    tokens: list[tokenize.TokenInfo] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source, newline=None).readline):
            if token.type in (tokenize.INDENT, tokenize.DEDENT):
                continue
            tokens.append(token)
            if token.type in (tokenize.NL, tokenize.NEWLINE):
                yield from _comments_of_line(tokens)
                tokens.clear()
    except (tokenize.TokenError, SyntaxError, SystemError):  # the last, of a null byte, is a fault of Python's
        pass
    yield from _comments_of_line(tokens)


def _comments_of_line(tokens: list[tokenize.TokenInfo]) -> Iterator[_Comment]:
    for token in tokens:
        if token.type == tokenize.COMMENT:
            row, column = token.start
            yield _Comment(token.string, row, column + 1, range(tokens[0].start[0], row + 1), token is tokens[0])


def _own(comment: _Comment, match: re.Match[str]) -> Iterator[Suppression]:
    """``ignore[...]`` silences only what it names: without codes it is no suppression."""
    codes = _codes(comment, match)
    if codes:
        reason = _REASON.match(comment.text, match.end())
        text = reason.group().strip(" \t:;,-") if reason else ""
        yield Suppression(codes, None if match["verb"].lower() == "ignore-file" else comment.rows, text, noqa=False)


def _foreign(comment: _Comment) -> Iterator[Suppression]:
    """``# noqa`` as flake8 reads it: the first on the line counts, and the file's stands alone on its line."""
    match = NOQA.search(comment.text)
    if match:
        yield Suppression(_codes(comment, match), comment.rows, "", noqa=True)
    elif comment.alone and (match := NOQA_FILE.match(comment.text)):
        yield Suppression(_codes(comment, match), None, "", noqa=True)


def _codes(comment: _Comment, match: re.Match[str]) -> tuple[NamedCode, ...]:
    start, end = match.span("codes")
    if start < 0:
        return ()
    return tuple(_named(comment, code.span(), code.group().upper()) for code in CODE.finditer(comment.text, start, end))


def _named(comment: _Comment, span: tuple[int, int], code: str) -> NamedCode:
    start, end = (Position(comment.row, comment.column + offset) for offset in span)
    return NamedCode(code, start, end)
