"""The comments of a file that speak to the linter, read: most files have none, and do without this.

See :mod:`dbos_lint.syntax.suppressions` for their forms.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator

from dbos_lint.diagnostic import Position
from dbos_lint.records import NamedTuple
from dbos_lint.syntax.suppressions import NOTHING, NamedCode, Suppression, Suppressions

OURS = re.compile(
    r"#\s*dbos-lint\s*:\s*(?P<verb>ignore-file|ignore|deterministic)\b(?:\s*\[(?P<codes>[^\]]{0,20000})\])?",
    re.I,
)
NOQA = re.compile(r"# noqa(?::\s?(?P<codes>(?:[A-Z]+[0-9]+(?:[,\s]+)?)+))?", re.I)
NOQA_FILE = re.compile(r"# flake8[:=]\s*noqa(?::\s?(?P<codes>(?:[A-Z]+[0-9]+(?:[,\s]+)?)+))?", re.I)
CODE = re.compile(r"[^\s,]+")
_REASON = re.compile(r"[^#]*")


def read(source: str) -> Suppressions:
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
    return "dbos-lint" in source.lower() or any(
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
