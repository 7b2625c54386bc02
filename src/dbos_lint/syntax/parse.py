"""Text -> tree: decoding as Python does it, and parsing, with every failure as a value."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings

from dbos_lint.dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """A file's text and its tree."""

    text: str
    tree: ast.Module


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a file cannot be read as Python; ``row`` and ``column`` count from 1."""

    message: str
    row: int
    column: int


def decode(source: bytes) -> str:
    """The text of ``source``: a byte order mark or a coding cookie says how, else UTF-8.

    Raises SyntaxError or UnicodeError as the interpreter would; LookupError for an unknown encoding.
    """
    second = source.find(b"\n", source.find(b"\n") + 1)
    if source.startswith(b"\xef\xbb\xbf") or source.find(b"coding", 0, second if second >= 0 else len(source)) >= 0:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        text = source.decode(encoding)
    else:
        text = source.decode("utf-8")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def parse(source: bytes) -> Source | Fault:
    """Parse ``source``. Whatever the bytes are, the answer is a value."""
    try:
        text = decode(source)
    except SyntaxError as error:
        return Fault(f"cannot decode the file: {error.msg}", 1, 1)
    except (UnicodeError, LookupError) as error:
        row = source.count(b"\n", 0, error.start) + 1 if isinstance(error, UnicodeDecodeError) else 1
        return Fault(f"cannot decode the file: {error}", row, 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Source(text, ast.parse(text))
    except SyntaxError as error:
        return Fault(f"cannot parse the file: {error.msg}", max(error.lineno or 1, 1), max(error.offset or 1, 1))
    except ValueError as error:
        return Fault(f"cannot parse the file: {error}", 1, 1)
    except (RecursionError, MemoryError):
        return Fault("cannot parse the file: it nests too deeply for this interpreter", 1, 1)
