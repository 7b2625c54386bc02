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


@pytest.mark.parametrize("change", [Unimport("Three"), Import("queues", "Than")])
def test_a_comma_that_begins_a_line_below_a_comment_is_left_alone(change: Change) -> None:
    text = "from queues import (\n    One\n    , Two  # a pair\n    , Three\n)\nprint(One, Two)\n"
    with pytest.raises(Void):
        edits(Document.of(text.encode()), (change,))
