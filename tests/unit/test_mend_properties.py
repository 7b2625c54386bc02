"""Whatever the program with DBOS: what mends it leaves Python that asks for nothing more, with every comment, and an
editor that applies the edits of a finding gets what ``--fix-at`` gives."""

from __future__ import annotations

import ast
import io
import random
import tempfile
import tokenize
import warnings
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dbos_lint.choice import Place, fix_of
from dbos_lint.fixes.mend import mend
from dbos_lint.fixes.replacements import Replacement, reader
from dbos_lint.linter import lint_source
from dbos_lint.settings import Settings
from tests.durable import durable_programs
from tests.formatting import reformatted

ROOT = Path(tempfile.gettempdir()) / "dbos-lint-that-does-not-exist"
FILE = str(ROOT / "app.py")
ALL = Settings(root=str(ROOT), select=("DBS",), fix=True, unsafe_fixes=True)

some = settings(max_examples=25, suppress_health_check=list(HealthCheck))


@some
@given(durable_programs, st.randoms(use_true_random=False))
def test_what_is_mended_is_python_and_stays(program: str, choice: random.Random) -> None:
    source = _source(program, choice)
    after = mend(source, FILE, ALL).after
    assert _compiles(after) or not _compiles(source)
    assert mend(after, FILE, ALL).after == after
    assert not _comments(source) - _comments(after)
    if b"\r" in source:
        assert after.count(b"\n") == after.count(b"\r\n")


@some
@given(durable_programs, st.randoms(use_true_random=False))
def test_an_editor_does_the_same(program: str, choice: random.Random) -> None:
    source = _source(program, choice)
    read = reader(lambda _: source)
    found = [each for each in lint_source(source, FILE, ALL).diagnostics if fix_of(each)]
    places = Counter((each.start.row, each.code) for each in found)
    alone = [each for each in found if places[each.start.row, each.code] == 1]
    for each in choice.sample(alone, min(3, len(alone))):
        mended = mend(source, FILE, ALL, [Place(FILE, each.start.row, each.code)])
        if mended.fixed:
            assert _edited(source, read(each)) == mended.after


def _source(program: str, choice: random.Random) -> bytes:
    try:
        text = reformatted(program, choice, choice.choice((0, 0.03, 0.1, 0.3)))
        ast.parse(text)
    except (SyntaxError, ValueError):
        assume(False)
    return text.replace("\n", choice.choice(("\n", "\r\n"))).encode()


def _compiles(source: bytes) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, FILE, "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


def _comments(source: bytes) -> Counter[str]:
    tokens = tokenize.tokenize(io.BytesIO(source.replace(b"\r\n", b"\n")).readline)
    return Counter(token.string for token in tokens if token.type == tokenize.COMMENT)


def _edited(source: bytes, edits: tuple[Replacement, ...]) -> bytes:
    lines = source.decode().split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    text = source.decode()
    for edit in reversed(edits):
        start, end = (starts[each.row - 1] + each.column - 1 for each in (edit.start, edit.end))
        text = text[:start] + edit.content + text[end:]
    return text.encode()
