"""What changes in a file, as a patch."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator

_UNPRINTABLE = re.compile(rb'[\x00-\x1f\x7f"\\]')
_ESCAPES = {ord("\n"): rb"\n", ord("\t"): rb"\t", ord("\r"): rb"\r", ord('"'): rb"\"", ord("\\"): rb"\\"}


def patch(name: str, before: bytes, after: bytes) -> bytes:
    """A unified diff of the bytes of a file that is called ``name``, which ``patch`` and ``git apply`` take."""
    called = _quoted(os.fsencode(name))
    lines = difflib.diff_bytes(difflib.unified_diff, _lines(before), _lines(after), called, called)
    return b"".join(_ended(lines))


def _quoted(name: bytes) -> bytes:
    """``name`` as git writes it: in quotes, where a byte of it could end the line, the name or the quotes."""
    if not _UNPRINTABLE.search(name):
        return name
    escaped = (_ESCAPES.get(byte) or (b"%c" % byte if 0x20 <= byte != 0x7F else b"\\%03o" % byte) for byte in name)
    return b'"' + b"".join(escaped) + b'"'


def _lines(text: bytes) -> list[bytes]:
    r"""The lines with their ends: only ``\n`` ends one for those who read patches."""
    lines = [line + b"\n" for line in text.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _ended(lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n"
