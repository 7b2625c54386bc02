"""Texts that are hard on whoever reads them, each with what the linter has to say of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import NamedTuple


class Nasty(NamedTuple):
    """A file: its bytes, and the answer.

    ``rows`` are those with a DBS201. ``fault`` are words of the DBS001 that stands there instead, at ``fault_row``;
    where ``either`` is set, an interpreter may have the one or the other answer.
    """

    name: str
    source: bytes
    rows: tuple[int, ...] = ()
    fault: str = ""
    fault_row: int = 1
    either: bool = False


WORKFLOW = """\
import time
from dbos import DBOS
@DBOS.workflow()
def nightly(day):
    return time.time()
"""
CLOCK = 5
DEEP = "nest|deep|complex|memory|stack|expression|levels|f-string"


def sources() -> Iterator[Nasty]:
    """The whole corpus of texts."""
    yield from _encodings()
    yield from _bytes()
    yield from _layouts()
    yield from _depths()
    yield from _sizes()
    yield from _versions()


def _below(first: str, name: str, *, encoding: str = "utf-8", rows: tuple[int, ...] = (), fault: str = "") -> Nasty:
    """The workflow below a first line."""
    return Nasty(name, f"{first}\n{WORKFLOW}".encode(encoding), rows, fault)


def _encodings() -> Iterator[Nasty]:
    below = (CLOCK + 1,)
    yield Nasty("plain", WORKFLOW.encode(), (CLOCK,))
    yield Nasty("utf8_bom", b"\xef\xbb\xbf" + WORKFLOW.encode(), (CLOCK,))
    yield _below("# -*- coding: utf-8 -*-", "cookie_utf8", rows=below)
    yield _below("# coding: latin-1 caf\xe9", "cookie_latin1", encoding="latin-1", rows=below)
    yield _below("# vim: set fileencoding=iso-8859-15 : \xe9", "cookie_vim", encoding="iso-8859-15", rows=below)
    yield _below("# coding: shift-jis \u65e5\u672c", "cookie_shift_jis", encoding="shift-jis", rows=below)
    yield _below("# coding: utf-7", "cookie_utf7", rows=below)
    yield _below("# coding: cp1252 \u20ac", "cookie_cp1252", encoding="cp1252", rows=below)
    yield _below("# coding: utf-8 \xe9", "cookie_wrong", encoding="latin-1", fault="decode")
    yield _below("# coding: klingon", "cookie_unknown", fault="unknown encoding|codec can't")
    yield _below("# coding: rot13", "cookie_no_text", fault="encoding")
    yield _below("# coding: hex", "cookie_binary", fault="encoding")
    yield _below("# coding: undefined", "cookie_undefined", fault="encoding|codec")
    yield Nasty("cookie_late", f"# one\n# two\n# coding: klingon\n{WORKFLOW}".encode(), (CLOCK + 3,))
    second = f"#!/usr/bin/python\n# coding: latin-1 \xe9\n{WORKFLOW}".encode("latin-1")
    yield Nasty("cookie_second", second, (CLOCK + 2,))
    yield Nasty("cookie_behind_code", f"x = 1\n# coding: klingon\n{WORKFLOW}".encode(), (CLOCK + 2,))
    yield Nasty("bom_and_cookie", b"\xef\xbb\xbf# coding: utf-8\n" + WORKFLOW.encode(), below)
    yield Nasty("bom_against_cookie", b"\xef\xbb\xbf# coding: latin-1\n" + WORKFLOW.encode(), fault="encoding problem")
    yield Nasty("bom_in_the_middle", f"x = 1\n\ufeff\n{WORKFLOW}".encode(), fault="parse", fault_row=2)
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"):
        # Where the encoding is named, Python writes no mark: then every other byte is a null.
        yield Nasty(encoding.replace("-", "_"), WORKFLOW.encode(encoding), fault="decode|null bytes")
    yield _below("# caf\xe9", "latin1_without_cookie", encoding="latin-1", fault="decode")
    yield Nasty("truncated_utf8", WORKFLOW.encode() + b"# \xe2\x82", fault="decode", fault_row=CLOCK + 1)
    yield Nasty("overlong_utf8", WORKFLOW.encode() + b"# \xc0\xaf\n", fault="decode", fault_row=CLOCK + 1)
    yield Nasty("encoded_surrogate", WORKFLOW.encode() + b"# \xed\xa0\x80\n", fault="decode", fault_row=CLOCK + 1)
    yield Nasty("gzip", b"\x1f\x8b\x08\x00dbos\xff\xfe\x00", fault="decode")
    yield Nasty("elf", b"\x7fELF\x02\x01\x01\x00\x00\x00\x00dbos\x00", fault="null|parse")


def _bytes() -> Iterator[Nasty]:
    yield Nasty("null_in_code", WORKFLOW.encode().replace(b"return", b"ret\x00urn"), fault="null")
    yield Nasty("null_in_comment", b"# \x00\n" + WORKFLOW.encode(), fault="null")
    yield Nasty("null_at_the_end", WORKFLOW.encode() + b"\x00", fault="null")
    yield Nasty("only_null", b"dbos\x00", fault="null")
    yield Nasty("form_feeds", WORKFLOW.replace("@DBOS", "\x0c@DBOS").encode(), (CLOCK,))
    yield Nasty("form_feed_indent", WORKFLOW.replace("    return", "\x0c    return").encode(), (CLOCK,))
    yield Nasty("vertical_tab", WORKFLOW.replace("@DBOS", "\x0b@DBOS").encode(), fault="parse", fault_row=3)
    line_ends = "s = '\x85\u2028\u2029\x1c\x0b'; import time"
    yield Nasty("other_line_ends", WORKFLOW.replace("import time", line_ends).encode(), (CLOCK,))
    owned = "time.time()  # \x1b[2J\x1b]0;owned\x07"
    yield Nasty("escape_sequence", WORKFLOW.replace("time.time()", owned).encode(), (CLOCK,))
    yield Nasty("control_in_code", b"\x01" + WORKFLOW.encode(), fault="parse")
    yield Nasty("ctrl_z", WORKFLOW.encode() + b"\x1a\n", fault="parse", fault_row=CLOCK + 1)
    yield Nasty("surrogate_escapes", WORKFLOW.replace("(day)", '(day="\\ud800\\udfff")').encode(), (CLOCK,))
    yield Nasty("bidi", WORKFLOW.replace("import time", "import time  # \u202e\u2066 }\u2069").encode(), (CLOCK,))
    yield Nasty("normalised_name", WORKFLOW.replace("time.time", "\uff54ime.time").encode(), (CLOCK,))
    no_break = WORKFLOW.replace("return time", "return\xa0time")
    yield Nasty("no_break_space", no_break.encode(), fault="parse", fault_row=CLOCK)
    yield Nasty("smart_quotes", f"x = \u201cdbos\u201d\n{WORKFLOW}".encode(), fault="parse")


def _layouts() -> Iterator[Nasty]:
    yield Nasty("empty", b"")
    yield Nasty("one_line_end", b"\n")
    yield Nasty("only_bom", b"\xef\xbb\xbf")
    yield Nasty("only_comments", b"# dbos\n# DBOS\n")
    yield Nasty("only_spaces", b"   \t  \n   # dbos\n\t")
    yield Nasty("only_a_string", b"'dbos'")
    yield Nasty("only_a_backslash", b"# dbos\n\\", fault="parse", fault_row=2)
    yield Nasty("no_final_newline", WORKFLOW.rstrip().encode(), (CLOCK,))
    yield Nasty("final_backslash", WORKFLOW.encode() + b"x = 1 \\", fault="parse", fault_row=CLOCK + 1)
    yield Nasty("comment_without_end", WORKFLOW.encode() + b"# noqa", (CLOCK,))
    yield Nasty("cr_only", WORKFLOW.replace("\n", "\r").encode(), (CLOCK,))
    yield Nasty("crlf", WORKFLOW.replace("\n", "\r\n").encode(), (CLOCK,))
    yield Nasty("mixed_line_ends", WORKFLOW.replace("\n", "\r\n", 2).replace("DBOS\r\n", "DBOS\r").encode(), (CLOCK,))
    yield Nasty("cr_in_string", WORKFLOW.replace("import time", 's = """a\rb"""; import time').encode(), (CLOCK + 1,))
    yield Nasty("tabs", WORKFLOW.replace("    ", "\t").encode(), (CLOCK,))
    mixed = WORKFLOW.replace("    return", "\tx = 1\n        return")
    yield Nasty("tabs_and_spaces", mixed.encode(), fault="tabs and spaces|indent", fault_row=CLOCK + 1)
    yield Nasty("bad_dedent", f"{WORKFLOW}  x = 1\n".encode(), fault="indent", fault_row=CLOCK + 1)
    yield Nasty("unclosed_string", f"{WORKFLOW}s = '''".encode(), fault="parse", fault_row=CLOCK + 1)
    yield Nasty("unclosed_bracket", f"x = (\n{WORKFLOW}".encode(), fault="parse")
    yield Nasty("merge_conflict", f"<<<<<<< HEAD\n{WORKFLOW}".encode(), fault="parse")
    yield Nasty("python_two", f"{WORKFLOW}print 'dbos'\n".encode(), fault="parse", fault_row=CLOCK + 1)
    yield Nasty("notebook", b'{"cells": [{"source": ["from dbos import DBOS"]}], "x": null}')
    yield Nasty("html", b"<html>dbos</html>", fault="parse")
    yield Nasty("bad_escape", f"x = '\\N{{no such thing}}'\n{WORKFLOW}".encode(), fault="parse")
    yield Nasty("keyword_name", f"{WORKFLOW}None = 1\n".encode(), fault="parse", fault_row=CLOCK + 1)
    yield Nasty("return_outside", f"return 1\n{WORKFLOW}".encode(), (CLOCK + 1,))
    in_class = WORKFLOW.replace("(day):", "(day) -> int:\n    class Day:\n        return {1}")
    yield Nasty("return_in_class", in_class.encode(), (CLOCK + 2,))
    without_self = "class A:\n    def __enter__(): self.x\nclass B(A): pass\n"
    in_manager = WORKFLOW.replace("    return", "    with B(): pass\n    return")
    yield Nasty("method_without_self", f"{without_self}{in_manager}".encode(), (CLOCK + 4,))
    yield Nasty("await_outside", f"await x\n{WORKFLOW}".encode(), (CLOCK + 1,))
    yield Nasty("twice_an_argument", f"def f(a, a): pass\n{WORKFLOW}".encode(), (CLOCK + 1,))


def _depths() -> Iterator[Nasty]:
    def below(name: str, statement: str, *, either: bool = True) -> Nasty:
        return Nasty(name, f"{WORKFLOW}{statement}\n".encode(), (CLOCK,), DEEP, CLOCK + 1, either)

    def inside(name: str, expression: str) -> Nasty:
        text = WORKFLOW.replace("time.time()", f"time.time(), {expression}")
        return Nasty(name, text.encode(), (CLOCK,), DEEP, CLOCK, either=True)

    for name, make in (("below", below), ("inside", inside)):
        yield make(f"parentheses_{name}", "(" * 1000 + "0" + ")" * 1000)
        yield make(f"brackets_{name}", "[" * 1000 + "0" + "]" * 1000)
        yield make(f"braces_{name}", "{0: " * 150 + "0" + "}" * 150)
        yield make(f"sum_{name}", " + ".join(["day" if name == "inside" else "1"] * 5000))
        yield make(f"comparisons_{name}", " < ".join("1" * 5000))
        yield make(f"and_{name}", " and ".join("1" * 5000))
        yield make(f"not_{name}", "not " * 3000 + "0")
        yield make(f"minus_{name}", "-" * 3000 + "0")
        yield make(f"attributes_{name}", "x" + ".a" * 10_000)
        yield make(f"calls_{name}", "x" + "()" * 3000)
        yield make(f"subscripts_{name}", "x" + "[0]" * 3000)
        yield make(f"conditions_{name}", "1 if x else " * 2000 + "0")
        yield make(f"f_strings_{name}", _f_string(60))
    yield below("lambdas", "lambda: " * 2000 + "0")
    yield below("nested_ifs", "".join(f"{' ' * n}if x:\n" for n in range(90)) + " " * 90 + "pass")
    yield below("too_many_indents", "".join(f"{' ' * n}if x:\n" for n in range(150)) + " " * 150 + "pass")
    yield below("elif_chain", "if x: pass\n" + "elif x: pass\n" * 3000 + "else: pass")
    yield below("nested_functions", "".join(f"{' ' * n}def f{n}():\n" for n in range(90)) + " " * 90 + "pass")
    yield below("nested_loops", "".join(f"{' ' * n}for x in y:\n" for n in range(25)) + " " * 25 + "pass")
    yield below("decorators", "@d\n" * 2000 + "def f(): pass")


def _f_string(depth: int) -> str:
    """Strings in strings: with one kind of quote, which takes Python 3.12."""
    return "f'{" * depth + "0" + "}'" * depth


def _sizes() -> Iterator[Nasty]:
    def below(name: str, text: str) -> Nasty:
        return Nasty(name, f"{WORKFLOW}{text}\n".encode(), (CLOCK,))

    digits = "9" * 10_000
    yield Nasty("huge_int", f"{WORKFLOW}x = {digits}\n".encode(), (CLOCK,), "integer|digits", CLOCK + 1, either=True)
    yield below("huge_hex", f"x = 0x{digits}")
    yield below("huge_key", f"def f(x):\n    if x[0x{digits}] is None: x[0x{digits}] = 1")
    yield below("huge_float", f"x = 1e{digits}")
    yield below("huge_string", f"x = '{'x' * 300_000}'")
    yield below("huge_comment", f"# {'x' * 300_000}")
    yield below("huge_noqa", f"x = 1  # noqa: {'DBS201,' * 5_000}")
    yield below("huge_ignore", f"x = 1  # dbos-lint: ignore[{'DBS2' * 20_000}")
    yield below("spaces", f"x = 1{' ' * 100_000}# noqa")
    yield below("long_name", f"{'x' * 200_000} = 1")
    yield below("long_line", "x = 1; " * 3_000)
    yield below("many_lines", "\n" * 100_000)
    yield below("long_list", f"x = [{'1, ' * 20_000}]")
    yield below("many_names", "\n".join(f"x{number} = x{number - 1}" for number in range(1, 2000)))
    yield below("many_functions", "\n".join(f"def f{number}(): pass" for number in range(1000)))
    yield below("many_arguments", f"def f({', '.join(f'a{number}' for number in range(3000))}): pass")
    yield below("many_imports", "\n".join(f"import m{number}" for number in range(1000)))
    yield below("many_dots", f"from {'.' * 3000} import x")
    yield below("long_module", f"import {'.'.join(['m'] * 3000)}")
    yield Nasty("huge_line_with_clock", f"x = '{'x' * 300_000}'; {WORKFLOW}".encode(), (CLOCK,))


def _versions() -> Iterator[Nasty]:
    """Syntax that some supported interpreter does not know: the fault says which Python does."""
    for name, text, version in (
        ("except_star", "try: pass\nexcept* ValueError: pass", (3, 11)),
        ("star_in_annotation", "def f(*args: *tuple[int]): pass", (3, 11)),
        ("star_in_index", "x = rows[0, *y]", (3, 11)),
        ("type_alias", "type Row = dict[str, int]", (3, 12)),
        ("type_parameter", "def first[T](rows: list[T]) -> T: return rows[0]", (3, 12)),
        ("f_string_quotes", "x = f'{'a'}'", (3, 12)),
        ("type_default", "class Box[T = int]: pass", (3, 13)),
        ("template_string", "x = t'{a}'", (3, 14)),
        ("except_without_brackets", "try: pass\nexcept ValueError, KeyError: pass", (3, 14)),
        ("lazy_import", "lazy import json", (3, 15)),
        ("unpacking_in_comprehension", "x = [*row for row in rows]", (3, 15)),
        ("dict_unpacking_in_comprehension", "x = {**row for row in rows}", (3, 15)),
    ):
        source = f"{WORKFLOW}{text}\n".encode()
        row = CLOCK + 1 + (1 if name.startswith("except") else 0)
        if sys.version_info >= version:
            yield Nasty(name, source, (CLOCK,))
        else:
            yield Nasty(name, source, (), rf"takes? Python {version[0]}\.{version[1]} or newer", row)
