"""Fixes as editors and bots apply them: what to put where, in rows and columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dbos_lint.choice import fix_of
from dbos_lint.diagnostic import Diagnostic, Position
from dbos_lint.fixes.document import Document
from dbos_lint.fixes.realise import edits


@dataclass(frozen=True, slots=True)
class Replacement:
    """``content`` in place of what stands from ``start`` to ``end``; its newlines are those of the file."""

    content: str
    start: Position
    end: Position


def reader(read: Callable[[str], bytes]) -> Callable[[Diagnostic], tuple[Replacement, ...]]:
    """Give what the fix of a finding replaces, in order; nothing without a fix, or where it cannot be carried out.

    ``read`` gives what the file of a finding holds.
    """

    known: dict[str, Document] = {}

    def document(filename: str) -> Document:
        if filename not in known:  # findings come sorted by file
            for last in known.values():
                last.forget()
            known.clear()
            known[filename] = Document.of(read(filename))
        return known[filename]

    def replacements(found: Diagnostic) -> tuple[Replacement, ...]:
        fix = fix_of(found)
        if fix is None:
            return ()
        try:
            text = document(found.filename)
            made = edits(text, fix.changes)
            contents = [edit.text for edit in text.written(made)]
        except Exception:  # not only Void: the finding counts more than its fix, and --fix tells what is wrong with it
            return ()
        return tuple(
            Replacement(content, _position(text, edit.start), _position(text, edit.end))
            for content, edit in zip(contents, made, strict=True)
        )

    return replacements


def _position(document: Document, offset: int) -> Position:
    return Position(document.row(offset), offset - document.line_start(offset) + 1)
