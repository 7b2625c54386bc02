"""Whatever the program: changes that are carried out, several at once, give the Python that they mean, and leave alone
what they are not about."""

from __future__ import annotations

import ast
import io
import random
import re
import tokenize
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import hypothesmith
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from dbos_lint.fix import (
    After,
    Arguments,
    AsyncFor,
    Before,
    Change,
    Decorators,
    Delete,
    Expression,
    Import,
    Keys,
    Listed,
    MakeAsync,
    Through,
    Under,
    Unimport,
    Wrap,
)
from dbos_lint.fixes.document import Document
from dbos_lint.fixes.edits import Edit, Void
from dbos_lint.fixes.realise import edits
from dbos_lint.syntax.spans import Span, span_of
from tests.durable import durable_programs
from tests.formatting import reformatted
from tests.meaning import meant
from tests.strategies import programs

_TEXTS = ("z.q", "lambda: 0", "y if z else 0", "(z := 1)", "y, z", "-3", "yield y", "'a'", '"b"', "not y", "{1: 2}")
_WRAPS = (("await ",), ("sorted(", ")"), ("not ",), ("z.x(", ", key=str)"), ("", "[0]"))
_PUT = "z = 1\nif z:\n    q = '''\nz\n'''\n"
_LOSING = (Arguments, Decorators, Delete, Keys)
"""The changes that may take comments away, with what they are about."""

many = settings(max_examples=150, suppress_health_check=list(HealthCheck))


@many
@given(st.one_of(durable_programs, programs), st.randoms(use_true_random=False))
def test_changes_give_what_they_mean(program: str, choice: random.Random) -> None:
    document = _document(program, choice)
    for _ in range(4):
        _check(document, _changes(document, choice, choice.choice((1, 1, 2, 3, 4))))


@pytest.mark.slow
@settings(many, max_examples=60)
@given(hypothesmith.from_node(), st.randoms(use_true_random=False))
@example("try: pass\nexcept \\\r: pass\n", random.Random(0))
def test_changes_of_any_python_give_what_they_mean(program: str, choice: random.Random) -> None:
    document = _document(program, choice)
    for _ in range(4):
        _check(document, _changes(document, choice, choice.choice((1, 1, 2, 3, 4))))


@many
@given(st.one_of(durable_programs, programs), st.randoms(use_true_random=False))
def test_imports_come_and_go_once(program: str, choice: random.Random) -> None:
    document = _document(program, choice)
    wanted = [Import("dbos", "SetEnqueueOptions"), Import("os", "sep"), Import("zoneinfo")]
    wanted = choice.sample(wanted, choice.randint(0, 3))
    names = choice.sample(("os", "time", "DBOS", "random", "SetWorkflowID"), 2)
    changes = (*wanted, *map(Unimport, names))
    try:
        made = edits(document, changes)
    except Void:
        return
    after = Document.of(document.bytes_with(made))
    imported = [node for node in after.tree.body if isinstance(node, ast.ImportFrom) and node.module == "dbos"]
    for change in wanted:
        if change.module == "dbos":
            assert sum(each.name == change.name for node in imported for each in node.names) == 1
    assert edits(after, changes) == ()
    without = [[node for node in tree.body if not isinstance(node, _IMPORTS)] for tree in (document.tree, after.tree)]
    assert list(map(ast.dump, without[0])) == list(map(ast.dump, without[1]))


_IMPORTS = (ast.Import, ast.ImportFrom)


def _document(program: str, choice: random.Random) -> Document:
    """``program`` in other clothes, newlines and encodings."""
    try:
        ast.parse(program)
        text = reformatted(program, choice, choice.choice((0, 0.03, 0.1, 0.3)))
        head = choice.choice(("", "", "\ufeff", "# coding: latin-1\n"))
        newline = choice.choice(("\n", "\n", "\r\n"))
        data = (head + text).replace("\n", newline).encode("latin-1" if "coding" in head else "utf-8")
        document = Document.of(data)
        assert document.tree
    except (SyntaxError, ValueError, tokenize.TokenError, Void):
        assume(False)
    return document


def _check(document: Document, changes: Sequence[Change]) -> None:
    try:
        made = edits(document, changes)
    except Void:
        return
    after = document.bytes_with(made)
    parts: list[str] = []
    at = 0
    for edit in made:
        assert at <= edit.start <= edit.end
        parts += (document.text[at : edit.start], edit.text)
        at = edit.end
    text = "".join((*parts, document.text[at:]))
    assert after == _written(document, made)
    assert _dump(Document.of(after).tree) == _dump(meant(document.tree, changes))
    if not any(isinstance(change, _LOSING) for change in changes):
        assert not _comments(document.text) - _comments(text)


def _written(document: Document, made: Sequence[Edit]) -> bytes:
    """The file after the edits: what they leave alone ends its lines as it did, be it in one way or in several."""
    characters = re.findall(r"\r\n|.", document.data.decode(document.encoding), re.DOTALL)
    for edit in reversed(made):
        characters[edit.start : edit.end] = [edit.text.replace("\n", document.newline)]
    return "".join(characters).encode(document.encoding)


def _dump(tree: ast.Module) -> str:
    """The tree as text, without how names are used; Python 3.15 does not print the commonest use."""
    return re.sub(r"(, )?ctx=\w+\(\)", "", ast.dump(tree))


def _comments(text: str) -> Counter[str]:
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return Counter()
    return Counter(token.string for token in tokens if token.type == tokenize.COMMENT)


# ---------------------------------------------------------------------- changes


def _changes(document: Document, choice: random.Random, number: int) -> list[Change]:
    """So many changes, none of which is like another one at the same place."""
    nodes = list(_nodes(document.tree))
    found: dict[tuple[type[Any], Span | None], Change] = {}
    for _ in range(number):
        kind = choice.choice(_KINDS)
        for change in kind(nodes, choice):
            span = change.first if isinstance(change, Under) else getattr(change, "span", None)
            found.setdefault((type(change), span), change)
    return list(found.values())


def _nodes(tree: ast.Module) -> Iterator[Any]:
    """The nodes that have a place of their own: parts of f-strings share theirs."""
    nodes: list[Any] = [node for node in ast.walk(tree) if hasattr(node, "lineno")]
    places = Counter(map(_standing, nodes))
    keys = {id(key) for node in nodes if isinstance(node, ast.Dict) for key in node.keys}
    for node in nodes:
        if places[_standing(node)] == 1 and id(node) not in keys:
            yield node
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.comprehension))


def _standing(node: Any) -> tuple[object, Span]:
    """Where a node stands: of expressions, two of any kind may be at one place."""
    return isinstance(node, ast.expr) or type(node), span_of(node)


def _one(nodes: Sequence[Any], choice: random.Random, *kinds: type[Any]) -> list[Any]:
    """One of the nodes of ``kinds``, if there is any."""
    found = [node for node in nodes if isinstance(node, kinds)]
    return [choice.choice(found)] if found else []


def _some(names: Sequence[Any], choice: random.Random) -> list[Any]:
    return [name for name in names if choice.random() < 0.3]


def _around(nodes: Sequence[Any], choice: random.Random) -> Iterator[Change]:
    for node in _one(nodes, choice, ast.expr):
        yield Wrap(span_of(node), *choice.choice(_WRAPS))


def _instead(nodes: Sequence[Any], choice: random.Random) -> Iterator[Change]:
    for node in _one(nodes, choice, ast.expr):
        yield Expression(span_of(node), choice.choice(_TEXTS))


def _arguments(nodes: Sequence[Any], choice: random.Random) -> Iterator[Change]:
    for node in _one(nodes, choice, choice.choice((ast.Call, ast.ClassDef))):
        given = node.args if isinstance(node, ast.Call) else node.bases
        named = [each.arg for each in node.keywords if each.arg]
        drop = _some([*range(len(given)), *named], choice)
        positions = [index for index in range(len(given)) if index not in drop]
        named = [name for name in named if name not in drop]
        yield Arguments(
            span_of(node),
            drop=tuple(drop),
            rename=tuple((name, f"{name}_") for name in _some(named, choice)),
            keywords=tuple((index, f"k{index}") for index in _some(positions[-1:], choice)),
            values=tuple((which, choice.choice(_TEXTS)) for which in _some([*named, *positions], choice)),
            add=tuple((name, choice.choice(_TEXTS)) for name in _some(["", "yy", "zz"], choice)),
        )


def _keys(nodes: Sequence[Any], choice: random.Random) -> Iterator[Change]:
    for node in _one(nodes, choice, ast.Dict):
        named = [each.value for each in node.keys if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        drop = _some(named, choice)
        named = [name for name in named if name not in drop]
        yield Keys(
            span_of(node),
            drop=tuple(drop),
            rename=tuple((name, f"{name}_") for name in _some(named, choice)),
            values=tuple((name, choice.choice(_TEXTS)) for name in _some(named, choice)),
            add=tuple((name, choice.choice(_TEXTS)) for name in _some(["yy", "zz"], choice)),
        )


def _through(nodes: Sequence[Any], choice: random.Random) -> Iterator[Change]:
    for node in _one(nodes, choice, ast.Call):
        yield Through(span_of(node), "q.zz", choice.choice(((), ("None",), ("{'name': 'x'}",))))


def _listed(nodes: Sequence[Any], choice: random.Random) -> Iterator[Change]:
    for node in _one(nodes, choice, ast.Set, ast.SetComp):
        yield Listed(span_of(node))


def _async_for(nodes: Sequence[Any], choice: random.Random) -> Iterator[Change]:
    for node in _one(nodes, choice, ast.For, ast.comprehension):
        yield AsyncFor(span_of(node.iter))


def _decorators(nodes: Sequence[Any], choice: random.Random) -> Iterator[Change]:
    for node in _one(nodes, choice, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
        count = len(node.decorator_list)
        order = tuple(choice.sample(range(count), choice.choice((count, max(0, count - 1)))))
        above, below = _some(["q.z"], choice), _some(["q.y()"], choice)
        yield Decorators(span_of(node), choice.choice((order, None)), tuple(above), tuple(below))


def _make_async(nodes: Sequence[Any], choice: random.Random) -> Iterator[Change]:
    for node in _one(nodes, choice, ast.FunctionDef):
        yield MakeAsync(span_of(node))


def _statement(nodes: Sequence[Any], choice: random.Random) -> Iterator[Change]:
    for node in _one(nodes, choice, ast.stmt):
        kinds = (Delete, *((lambda span, kind=kind: kind(span, _PUT)) for kind in (Before, After)))
        yield choice.choice(kinds)(span_of(node))


def _under(nodes: Sequence[Any], choice: random.Random) -> Iterator[Change]:
    for node in _one(nodes, choice, ast.FunctionDef, ast.ClassDef, ast.If, ast.With):
        first, last = sorted(choice.choices(range(len(node.body)), k=2))
        yield Under("with z():", span_of(node.body[first]), span_of(node.body[last]))


_KINDS = (
    _around,
    _around,
    _instead,
    _arguments,
    _keys,
    _through,
    _listed,
    _async_for,
    _decorators,
    _make_async,
    _statement,
    _statement,
    _under,
)
