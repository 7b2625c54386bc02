"""Changes carried out on a text, as tests write them down: places are told by what stands there."""

from __future__ import annotations

from dbos_lint.fix import Change
from dbos_lint.fixes.document import Document
from dbos_lint.fixes.realise import Void, edits
from dbos_lint.syntax.spans import Span


def at(text: str, part: str, which: int = 0) -> Span:
    """Where ``part`` stands in ``text``, for the time ``which``, from 0."""
    place = -1
    for _ in range(which + 1):
        place = text.index(part, place + 1)
    return Span(*_place(text, place), *_place(text, place + len(part)))


def _place(text: str, offset: int) -> tuple[int, int]:
    start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, offset) + 1, len(text[start:offset].encode())


def changed(text: str | bytes, *changes: Change) -> str | None:
    """``text`` after ``changes``, ``None`` where they are void."""
    after = changed_bytes(text.encode() if isinstance(text, str) else text, *changes)
    return None if after is None else after.decode()


def changed_bytes(data: bytes, *changes: Change) -> bytes | None:
    document = Document.of(data)
    try:
        return document.bytes_with(edits(document, changes))
    except Void:
        return None
