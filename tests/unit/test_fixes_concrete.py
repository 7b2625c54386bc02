"""Where libcst finds the bases of a class: with type parameters, on interpreters too that do not know them."""

from __future__ import annotations

import pytest

from dbos_lint.fixes.concrete import items_of_class


@pytest.mark.parametrize(
    ("head", "bases"),
    [
        ("class A(B, C)", ["B", "C"]),
        ("class A[T](B, C)", ["B", "C"]),
        ("class A [T: (int, str)] (B[T], metaclass=M)", ["B[T]", "metaclass=M"]),
        ("class  A", None),
        ("class A[T]", None),
    ],
)
def test_the_bases_of_a_class(head: str, bases: list[str] | None) -> None:
    before = "x = 1\n"
    text = f"{before}{head}: pass\n"

    items, has_brackets = items_of_class(text, len(before), text[len(before) :])

    assert has_brackets == (bases is not None)
    assert [text[start:end] for start, end in items.places] == (bases or [])
    assert bases is not None or items.start == items.end == len(before) + len(head)
