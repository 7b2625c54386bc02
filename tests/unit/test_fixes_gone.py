"""Imports of what goes, and statements that go beside each other."""

from __future__ import annotations

import pytest

from dbos_lint.fix import Change, Delete, Import, Replace, Unimport
from dbos_lint.fixes.document import Document
from dbos_lint.fixes.realise import Void, edits
from dbos_lint.syntax.spans import Span


def changed(text: str, *changes: Change) -> str:
    document = Document.of(text.encode())
    return document.bytes_with(edits(document, changes)).decode()


def test_an_import_of_what_goes_is_no_use_of_a_word() -> None:
    text = "from queues import mails, more\nprint(mails.name, more)\n"
    named = Replace(Span(2, 6, 2, 16), '"mails"')
    assert changed(text, named, Unimport("mails", gone=True)) == 'from queues import more\nprint("mails", more)\n'


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    from queues import mails\nexcept ImportError:\n    pass\n",
        "from queues import mails\nfrom more import mails\n",
        "print(1)\n",
    ],
)
def test_where_it_cannot_go_nothing_is_done(text: str) -> None:
    with pytest.raises(Void):
        edits(Document.of(text.encode()), (Unimport("mails", gone=True),))
    assert edits(Document.of(text.encode()), (Unimport("mails"),)) == ()


def test_an_import_and_a_statement_that_go_share_the_lines_between_them() -> None:
    text = 'from dbos import Queue\n\nmails = Queue("mails")\n'
    assert changed(text, Delete(Span(3, 0, 3, 22)), Unimport("Queue")) == ""


LINES = [
    ("x\n\n\nab\ncd\n\n\ny\n", "x\n\n\ny\n"),
    ("x\n\nab\n\n\ncd\ny\n", "x\n\n\ny\n"),
    ("x\nab\n\ncd\ny\n", "x\n\ny\n"),
    ("x\nab\ncd\ny\n", "x\ny\n"),
    ("ab\n\ncd\n\n\ny\n", "y\n"),
    ("x\n\nab\n\ncd\n", "x\n"),
    ("x\n\nab\n# of cd\ncd\n\ny\n", "x\n\n# of cd\n\ny\n"),
]


@pytest.mark.parametrize(("text", "after"), LINES)
def test_statements_that_go_together_leave_the_empty_lines_of_one_place(text: str, after: str) -> None:
    rows = text.split("\n")
    both = [Delete(Span(row, 0, row, 2)) for row in (rows.index("ab") + 1, rows.index("cd") + 1)]
    assert changed(text, *both) == changed(text, *reversed(both)) == after


def test_imports_that_go_together_leave_the_empty_lines_of_one_place() -> None:
    text = '"""Doc."""\n\nimport a\nimport b\n\n\nx = 1\n'
    assert changed(text, Unimport("a"), Unimport("b")) == '"""Doc."""\n\n\nx = 1\n'


def test_of_imports_that_make_a_module_known_one_stays() -> None:
    text = "from work import mails\nfrom work import news\n"
    beside = (Span(1, 0, 1, 22), Span(2, 0, 2, 21))
    one, other = (Unimport(name, gone=True, beside=beside) for name in ("mails", "news"))
    assert changed(text, one) == "from work import news\n"
    with pytest.raises(Void):
        edits(Document.of(text.encode()), (one, other))
    assert changed(text, one, other, Import("work", "NEWS")) == "from work import NEWS\n"


def test_one_name_is_not_imported_twice() -> None:
    text = "import os\n\nprint(os)\n"
    with pytest.raises(Void):
        edits(Document.of(text.encode()), (Import("time", "sleep"), Import("asyncio", "sleep")))
    assert "import a.b\nimport a.c\n" in changed(text, Import("a.b"), Import("a.c"))


def test_names_that_are_added_together_are_sorted() -> None:
    text = "from queues import mails, bills\nprint(mails, bills)\n"
    added = changed(text, Import("queues", "NEWS"), Import("queues", "MAILS"))
    assert added.startswith("from queues import mails, bills, MAILS, NEWS\n")


@pytest.mark.parametrize("change", [Unimport("Three"), Import("queues", "Than")])
def test_a_comma_that_begins_a_line_below_a_comment_is_left_alone(change: Change) -> None:
    text = "from queues import (\n    One\n    , Two  # a pair\n    , Three\n)\nprint(One, Two)\n"
    with pytest.raises(Void):
        edits(Document.of(text.encode()), (change,))
