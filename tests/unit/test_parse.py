"""Bytes to trees: whatever the bytes are, the answer is a value, and the right one."""

from __future__ import annotations

import codecs
import sys

import pytest

from dbos_lint.linter import lint_source
from dbos_lint.settings import Settings
from dbos_lint.syntax.parse import Fault, Source, decode, parse

CLOCK = 'import time\nfrom dbos import DBOS\n@DBOS.workflow()\ndef wählen() -> float:\n    "é"; return time.time()\n'


def text_of(source: bytes) -> str:
    parsed = parse(source)
    assert isinstance(parsed, Source), parsed
    return parsed.text


def fault_of(source: bytes) -> Fault:
    parsed = parse(source)
    assert isinstance(parsed, Fault)
    return parsed


@pytest.mark.parametrize(
    "source",
    [
        CLOCK.encode(),
        codecs.BOM_UTF8 + CLOCK.encode(),
        codecs.BOM_UTF8 + b"# coding: utf-8\n" + CLOCK.encode(),
        b"# -*- coding: latin-1 -*-\n" + CLOCK.encode("latin-1"),
        b"#!/usr/bin/env python\n# vim: set fileencoding=cp1252 :\n" + CLOCK.encode("cp1252"),
        b"#" + b"x" * 1000 + b"\n# coding: latin-1\n" + CLOCK.encode("latin-1"),
        CLOCK.replace("\n", "\r\n").encode(),
        CLOCK.replace("\n", "\r").encode(),
        CLOCK.replace("@", "\f\n@").encode(),
    ],
    ids=["utf-8", "bom", "bom-cookie", "latin-1", "cp1252", "far-cookie", "crlf", "cr", "form-feed"],
)
def test_every_encoding_is_read_as_python_reads_it(source: bytes) -> None:
    assert '"é"; return time.time()' in text_of(source)
    (found,) = lint_source(source, "/nowhere/app.py", Settings(root="/nowhere")).diagnostics
    assert (found.code, found.start.column) == ("DBS201", 17)


@pytest.mark.parametrize(
    ("source", "words", "row"),
    [
        (b"import dbos\nx = '\xe9'\n", "utf-8", 2),
        (codecs.BOM_UTF16_LE + "import dbos\n".encode("utf-16-le"), "utf-16", 1),
        ("import dbos".encode("utf-32"), "utf-16", 1),
        (b"# coding: no-such-encoding\nimport dbos\n", "no-such-encoding", 1),
        (codecs.BOM_UTF8 + b"# coding: latin-1\nimport dbos\n", "utf-8", 1),
        (b"# coding: undefined\nimport dbos\n", "undefined", 1),
        (b"# coding: hex\nimport dbos\n", "hex", 1),
        # Since Python 3.14 the declaration itself is refused, before anything is read by it.
        (
            b"# coding: utf-16\nimport dbos\n",
            *(("encoding declaration", 1) if sys.version_info >= (3, 14) else ("utf", 2)),
        ),
    ],
)
def test_what_cannot_be_decoded_is_a_fault(source: bytes, words: str, row: int) -> None:
    fault = fault_of(source)
    assert fault.message.startswith("cannot decode the file: ")
    assert words in fault.message.lower()
    assert fault.row == row


@pytest.mark.parametrize(
    ("source", "row"),
    [
        (b"import dbos\nx = (1,\n", 2),
        (b"import dbos\n\tx = 1\n", 2),
        (b"import dbos\nprint 'x'\n", 2),
        (b"import dbos\nx = '\n", 2),
    ],
)
def test_what_cannot_be_parsed_is_a_fault_where_it_stands(source: bytes, row: int) -> None:
    fault = fault_of(source)
    assert fault.message.startswith("cannot parse the file: ")
    assert fault.row == row


@pytest.mark.parametrize(
    "source",
    [
        b"import dbos\n\0\n",
        b"dbos = " + b"(" * 1000 + b")" * 1000,
        b"dbos = " + b"-" * 200_000 + b"1",
        b"dbos = " + b"[" * 150 + b"1" + b"]" * 149,
        b"# coding: unicode_escape\ndbos = '\\ud800'\n",
    ],
    ids=["null", "parentheses", "minus", "brackets", "surrogate"],
)
def test_what_breaks_the_parser_is_a_fault(source: bytes) -> None:
    assert fault_of(source).message
    (found,) = lint_source(source, "/nowhere/app.py", Settings(root="/nowhere")).diagnostics
    assert found.code == "DBS001"


def test_line_ends_become_one_kind() -> None:
    assert decode(b"a\r\nb\rc\n") == "a\nb\nc\n"


def test_a_cookie_below_the_second_line_is_a_comment() -> None:
    assert decode("\n\n# coding: latin-1\né\n".encode()) == "\n\n# coding: latin-1\né\n"


@pytest.mark.skipif(sys.version_info < (3, 12), reason="syntax of Python 3.12")
def test_new_syntax_is_read() -> None:
    source = (
        "import time\nfrom dbos import DBOS\ntype X[T] = list[T]\n"
        "class Box[T: int]:\n    def get[*Ts](self) -> T: ...\n"
        "@DBOS.workflow()\ndef w[**P](x: X) -> None:\n    print(f\"{f'{time.time()}'}\")\n    time.time()\n"
    )
    found = lint_source(source.encode(), "/nowhere/app.py", Settings(root="/nowhere")).diagnostics
    assert [each.code for each in found if each.code != "DBS201"] == []


@pytest.mark.skipif(sys.version_info < (3, 14), reason="syntax of Python 3.14")
def test_template_strings_are_read() -> None:
    assert findings_of(
        "    try:\n        made = t'{time.time()} of {rows:{random.random()}}'\n"
        "    except ValueError, TypeError:\n        return time.time()\n    return made\n"
    ) == [(7, "DBS201"), (7, "DBS202"), (9, "DBS201")]


@pytest.mark.skipif(sys.version_info < (3, 15), reason="syntax of Python 3.15")
def test_unpacking_in_comprehensions_is_read() -> None:
    assert findings_of(
        "    a = {**load(row, time.time()) for row in rows}\n    b = [*{row, random.random()} for row in rows]\n"
        "    return a, b\n"
    ) == [(6, "DBS201"), (7, "DBS202")]


@pytest.mark.skipif(sys.version_info < (3, 15), reason="syntax of Python 3.15")
def test_lazy_imports_are_imports() -> None:
    assert findings_of("    return time.time()\n", imports="lazy ") == [(6, "DBS201")]


def findings_of(body: str, imports: str = "") -> list[tuple[int, str]]:
    """What is found in a workflow, whose body begins in the sixth row."""
    source = (
        f"{imports}import random\n{imports}import time\n{imports}from dbos import DBOS\n"
        f"@DBOS.workflow()\ndef flow(rows):\n{body}"
    )
    found = lint_source(source.encode(), "/nowhere/app.py", Settings(root="/nowhere"))
    assert found.tracebacks == ()
    return [(each.start.row, each.code) for each in found.diagnostics]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="syntax that this Python knows")
def test_syntax_that_this_python_does_not_know_is_a_fault() -> None:
    assert fault_of(b"import dbos\ntype X = int\n").row == 2
