"""Which literals an expression is for certain: all that it can be, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from dbos_lint.semantics.literals import literals, strings
from dbos_lint.semantics.program import Program
from dbos_lint.semantics.scoping import Place
from dbos_lint.settings import Settings

ROOT = Path("/nowhere/at/all")


def probed(text: str, others: Mapping[str, str] = MappingProxyType({}), read: object = literals) -> list[object]:
    """What each ``probe(...)`` in the module ``app`` is given, in the order of the text."""
    program = Program(Settings(root=str(ROOT)))
    for name, source in {**others, "app.py": text}.items():
        program.project.overlay[str(ROOT / name)] = source.encode()
    module = program.project.module(str(ROOT / "app.py"))
    assert module is not None and callable(read)
    calls = [call for function in module.functions for call in function.calls if call.func == "probe"]
    return [
        read(program.analysis.resolver, module, call.args[0], Place(call.scope, call.span.row, call.block))
        for call in sorted(calls, key=lambda call: call.number)
    ]


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ('"a"', ("a",)),
        ("-3", (-3,)),
        ("2**31", (2**31,)),
        ("None", (None,)),
        ('"a" + "b"', ("ab",)),
        ('f"a"', ("a",)),
        ('"a" if flag else "b"', ("a", "b")),
        ('str("a")', ("a",)),
        ("flag", None),
        ('"a" if flag else other()', None),
        ('flag or "a"', None),
        ('f"{flag}"', None),
        ('f"{NUMBER}"', None),
        ('f"{NAME:>3}"', None),
        ('"a" + flag', None),
        ('"a" + 1', None),
        ("NAME", ("a",)),
        ("ALSO", ("a",)),
        ('f"{NAME}-x"', ("a-x",)),
        ("Names.ONE", ("one",)),
        ("Names.CALLED", None),
        ("Colour.RED.value", ("red",)),
        ("Colour.RED", None),
        ("Text.GREEN", ("green",)),
        ("Text.GREEN.value", ("green",)),
        ("Text.GREEN.name", None),
        ("CHANGED", None),
        ("EITHER", ("a", "b")),
        ("work.__name__", ("work",)),
    ],
)
def test_expressions(expression: str, found: object) -> None:
    text = f"""
import enum
import os

NAME = "a"
ALSO: str = NAME
NUMBER = 1
CHANGED = "a"
EITHER = "a"
if NUMBER:
    EITHER = "b"


class Names:
    ONE = "one"
    CALLED = os.environ["X"]


class Colour(enum.Enum):
    RED = "red"


class Text(str, enum.Enum):
    GREEN = "green"


def work():
    global CHANGED
    CHANGED = other()


def use(flag):
    probe({expression})
"""
    assert probed(text) == [found]


def test_names_come_from_other_modules() -> None:
    others = {"names.py": 'MAILS = "mails"\nclass Q:\n    A = MAILS + "-a"\n', "all.py": "from names import *\n"}
    text = """
import names
from all import MAILS
from names import MAILS as M, Q

probe(names.MAILS)
probe(names.Q.A)
probe(MAILS)
probe(M)
probe(Q.A)
probe(names.NOTHING)
"""
    assert probed(text, others) == [("mails",), ("mails-a",), ("mails",), ("mails",), ("mails-a",), None]


def test_loops_over_literals_are_known_and_over_lists_that_may_grow_are_not() -> None:
    text = """
NAMES = ("a", "b")
MORE = ["a", "b"]
for name in NAMES:
    probe(name)
for name in ["x", "y"]:
    probe(name)
for other in MORE:
    probe(other)
"""
    assert probed(text) == [("a", "b"), ("x", "y"), None]


def test_attributes_of_self_are_known_unless_something_may_change_them() -> None:
    text = """
class Sure:
    NAME = "sure"

    def use(self):
        probe(self.NAME)


class Set:
    NAME = "set"

    def use(self):
        self.NAME = other()
        probe(self.NAME)


class Base:
    NAME = "base"

    def use(self):
        probe(self.NAME)


class Derived(Base):
    NAME = "derived"
"""
    assert probed(text) == [("sure",), None, None]


def test_only_strings_are_names() -> None:
    assert probed('probe("a")\nprobe(1)\nprobe("a" if x else None)', read=strings) == [("a",), None, None]


def test_what_refers_to_itself_is_unknown() -> None:
    assert probed("A = B\nB = A\nprobe(A)") == [None]


def test_many_alternatives_are_unknown() -> None:
    choices = " or ".join(f'"{number}"' for number in range(40))
    assert probed(f"probe({choices})") == [None]
