"""Whatever the program: a change that is carried out gives Python, and leaves alone what it is not about."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dbos_lint.fix import (
    After,
    Arguments,
    Before,
    Change,
    Decorators,
    Delete,
    Enter,
    Expression,
    Import,
    Under,
    Unimport,
    Wrap,
)
from dbos_lint.fixes.document import Document
from dbos_lint.fixes.edits import Edit, Void
from dbos_lint.fixes.realise import edits
from dbos_lint.syntax.spans import span_of
from tests.strategies import programs

_TEXTS = ("z.q", "lambda: 0", "y if z else 0", "(z := 1)", "y, z", "-3", "yield y")
_PUT = "z = 1\nif z:\n    q = '''\nz\n'''\n"


def _changes(tree: ast.Module, choice: random.Random) -> Iterator[Change]:
    nodes = list(ast.walk(tree))
    statement = choice.choice([node for node in nodes if isinstance(node, ast.stmt)])
    yield from (Delete(span_of(statement)), Before(span_of(statement), _PUT), After(span_of(statement), _PUT))
    yield from (Import("dbos", "SetWorkflowTimeout"), Import("os", "sep"))
    yield Unimport(choice.choice(("os", "time", "DBOS", "random", "a")))
    if expressions := [node for node in nodes if isinstance(node, ast.expr)]:
        span = span_of(choice.choice(expressions))
        yield from (Wrap(span, "await "), Wrap(span, "sorted(", ")"), Expression(span, choice.choice(_TEXTS)))
    if calls := [node for node in expressions if isinstance(node, ast.Call)]:
        call = choice.choice(calls)
        drop = tuple(index for index in range(len(call.args)) if choice.random() < 0.5)
        yield Arguments(span_of(call), drop=drop, add=(("", choice.choice(_TEXTS)), ("zz", choice.choice(_TEXTS))))
    if definitions := [node for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))]:
        definition = choice.choice(definitions)
        count = len(definition.decorator_list)
        order = tuple(choice.sample(range(count), count))
        yield Decorators(span_of(definition), order=order, above=("y.z",), below=("z()",))
        first, last = sorted(choice.choices(range(len(definition.body)), k=2))
        yield Under("with z():", span_of(definition.body[first]), span_of(definition.body[last]))
        yield Enter(span_of(definition.body[first]), span_of(definition.body[last]))


@given(
    st.randoms(use_true_random=False),
    programs,
    st.sampled_from(("\n", "\r\n")),
    st.sampled_from(("", "\ufeff", "# coding: latin-1\n")),
)
@settings(max_examples=40, deadline=None)
def test_a_change_gives_python_and_leaves_the_rest(
    choice: random.Random, program: str, newline: str, head: str
) -> None:
    encoding = "latin-1" if "coding" in head else "utf-8"
    source = (head + program).replace("\n", newline).encode(encoding)
    document = Document.of(source)
    try:
        tree = document.tree
    except (SyntaxError, ValueError):
        assume(False)
    realised = 0
    for change in _changes(tree, choice):
        try:
            made = edits(document, (change,))
        except Void:
            continue
        realised += 1
        after = document.bytes_with(made)
        again = Document.of(after)
        assert isinstance(again.tree, ast.Module)
        for kept in _kept(document.text, made):
            wanted = kept.replace("\n", newline).encode(encoding)
            assert wanted in after
        if newline != "\n":
            assert after.count(b"\n") == (after.count(b"\r\n") if newline == "\r\n" else 0)
    assert realised


def _kept(text: str, made: tuple[Edit, ...]) -> Iterator[str]:
    """What stands between the edits."""
    at = 0
    for edit in made:
        yield text[at : edit.start]
        at = edit.end
    yield text[at:]
