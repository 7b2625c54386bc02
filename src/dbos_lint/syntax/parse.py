"""Text -> tree: decoding as Python does it, and parsing, with every failure as a value."""

from __future__ import annotations

import ast
import codecs
import io
import re
import sys
import tokenize
import warnings

from dbos_lint.reading import LACK_OF_MEMORY

_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)  # UTF-32-LE starts as UTF-16-LE does
_LONGEST_COOKIE = 1000


class Source:
    """A file's text and its tree."""

    __slots__ = ("text", "tree")

    def __init__(self, text: str, tree: ast.Module) -> None:
        self.text = text
        self.tree = tree


class Fault:
    """Why a file cannot be read as Python; ``row`` and ``column`` count from 1. Another run may be luckier with what is
    ``passing``."""

    __slots__ = ("column", "message", "passing", "row")

    def __init__(self, message: str, row: int, column: int, *, passing: bool = False) -> None:
        self.message = message
        self.row = row
        self.column = column
        self.passing = passing


def decode(source: bytes) -> str:
    """The text of ``source``: a byte order mark or a coding cookie says how, else UTF-8.

    Raises SyntaxError or UnicodeError as the interpreter would; LookupError for an unknown encoding.
    """
    return with_newlines(decoded(source))


def decoded(source: bytes, errors: str = "strict") -> str:
    """The text of ``source`` with the newlines that it has. Raises what `decode` does."""
    encoding = encoding_of(source)
    if encoding == "utf-8":
        return source.decode(encoding, errors)
    with warnings.catch_warnings():  # of escapes that are none, in an encoding that is made of escapes
        warnings.simplefilter("ignore")
        return source.decode(encoding, errors)


def with_newlines(text: str) -> str:
    """``text`` with ``\\n`` for each of what Python takes for the end of a line; what else is one elsewhere is none."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def encoding_of(source: bytes) -> str:
    """How ``source`` is written; ``utf-8-sig`` where it begins with a byte order mark. Raises what `decode` does."""
    if source.startswith(_WIDE_MARKS):
        raise SyntaxError("it is UTF-16 or UTF-32, which Python does not read")
    second = source.find(b"\n", source.find(b"\n") + 1)
    end = second if second >= 0 else len(source)
    if not source.startswith(codecs.BOM_UTF8) and source.find(b"coding", 0, end) < 0:
        return "utf-8"
    # What else is in the cookie's line may be no UTF-8, which is of no interest yet; nor is a line of megabytes.
    head = b"\n".join(line[:_LONGEST_COOKIE].decode("ascii", "ignore").encode() for line in _head(source, end))
    mark = codecs.BOM_UTF8 if source.startswith(codecs.BOM_UTF8) else b""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(mark + head).readline)
    return encoding


def _head(source: bytes, end: int) -> list[bytes]:
    """The first two lines."""
    return re.split(rb"\r\n|\r|\n", source[:end], maxsplit=2)[:2]


def parse(source: bytes) -> Source | Fault:
    """Parse ``source``. Whatever the bytes are, the answer is a value."""
    try:
        text = decode(source)
    except SyntaxError as error:
        return Fault(f"cannot decode the file: {error.msg}", 1, 1)
    except (ValueError, LookupError) as error:
        row = source.count(b"\n", 0, error.start) + 1 if isinstance(error, UnicodeDecodeError) else 1
        return Fault(f"cannot decode the file: {error}", row, 1)
    except MemoryError:
        return Fault(f"cannot decode the file: {LACK_OF_MEMORY}", 1, 1, passing=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Source(text, ast.parse(text))
    except SyntaxError as error:
        return _refused(text, error)
    except ValueError as error:
        return Fault(f"cannot parse the file: {error}", 1, 1)
    except RecursionError:
        return _too_deep()
    except MemoryError as error:
        return _too_deep(error)


def _too_deep(error: MemoryError | None = None) -> Fault:
    """What the parser runs out of on its way down is the stack, or the memory: it says which since Python 3.12."""
    cause = "it nests too deeply for this interpreter"
    if error is None or error.args:
        return Fault(f"cannot parse the file: {cause}", 1, 1)
    cause = LACK_OF_MEMORY if sys.version_info >= (3, 12) else f"{cause}, or {LACK_OF_MEMORY}"
    return Fault(f"cannot parse the file: {cause}", 1, 1, passing=True)


def _refused(text: str, error: SyntaxError) -> Fault:
    from dbos_lint.syntax.newer import newer

    row, lines = max(error.lineno or 1, 1), text.split("\n")
    line = lines[row - 1] if row <= len(lines) else ""
    return Fault(f"cannot parse the file: {error.msg}{newer(error.msg, line)}", row, max(error.offset or 1, 1))
