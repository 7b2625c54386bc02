"""Statements, decorators and imports: what becomes of the text, byte for byte."""

from __future__ import annotations

import ast

import pytest

from dbos_lint.fix import (
    After,
    Arguments,
    AsyncFor,
    Before,
    Decorators,
    Delete,
    Enter,
    Import,
    MakeAsync,
    Replace,
    Through,
    Under,
    Unimport,
    Wrap,
)
from dbos_lint.fixes.document import Document
from dbos_lint.fixes.edits import Edit, Void, minimal, ordered, overlap
from tests.changing import at, changed, changed_bytes

DELETED = [
    ("a\nb\nc\n", "b", "a\nc\n"),
    ("a\nb  # why\nc\n", "b", "a\nc\n"),
    ("a\n# why\nb\nc\n", "b", "a\n# why\nc\n"),
    ("a\n\n\nb\n\n\nc\n", "b", "a\n\n\nc\n"),
    ("a\n\nb\nc\n", "b", "a\n\nc\n"),
    ("a\nb\n\nc\n", "b", "a\n\nc\n"),
    ("a\n\nb\n", "b", "a\n"),
    ("a\nb", "b", "a\n"),
    ("b\n\n\na\n", "b", "a\n"),
    ("b\n", "b", ""),
    ("a; b; c\n", "b", "a; c\n"),
    ("a; b  # why\n", "b", "a  # why\n"),
    ("b; a\n", "b", "a\n"),
    ("b;\na\n", "b", "a\n"),
    ("if a: b\n", "b", "if a: pass\n"),
    ("if a: b; c\n", "b", "if a: c\n"),
    ("def f():\n    b  # why\nc\n", "b", "def f():\n    pass\nc\n"),
    ("def f():\n    b\n\n    c\n", "b", "def f():\n    c\n"),
    ("if a:\n    c\nelse:\n    b\n", "b", "if a:\n    c\nelse:\n    pass\n"),
    ("try:\n    c\nexcept E:\n    b\n", "b", "try:\n    c\nexcept E:\n    pass\n"),
    ("match a:\n    case 1:\n        b\n", "b", "match a:\n    case 1:\n        pass\n"),
    ("x\n@a  # d\n@c\ndef b(): pass\n\ny\n", "def b(): pass", "x\n\ny\n"),
    ("if a:\n    c\nelif d:\n    b\n", "elif d:\n    b", None),
]


@pytest.mark.parametrize(("before", "part", "after"), DELETED)
def test_deleted(before: str, part: str, after: str | None) -> None:
    assert changed(before, Delete(at(before, part))) == after


def test_a_block_of_which_all_goes() -> None:
    text = "def f():\n    a\n\n    b  # why\nc\n"
    both = Delete(at(text, "a")), Delete(at(text, "b"))
    assert changed(text, *both) == "def f():\n    pass\nc\n"
    assert changed(text, *both, Before(at(text, "a"), "d\n")) == "def f():\n    d\nc\n"


PUT = [
    ("a\nb\n", "b", "a\nz = 1\nif z:\n    y\nb\n", "a\nb\nz = 1\nif z:\n    y\n"),
    ("a\nb", "b", "a\nz = 1\nif z:\n    y\nb", "a\nb\nz = 1\nif z:\n    y"),
    (
        "if a:\n\tb  # why\n",
        "b",
        "if a:\n\tz = 1\n\tif z:\n\t    y\n\tb  # why\n",
        "if a:\n\tb  # why\n\tz = 1\n\tif z:\n\t    y\n",
    ),
    ("a; b\n", "b", None, None),
    ("a; b\n", "a", None, None),
    ("if a: b\n", "b", None, None),
    ("if a:\n    c\nelif d:\n    b\n", "elif d:\n    b", None, None),
    ("'''Doc.'''\nb\n", "'''Doc.'''", None, "'''Doc.'''\nz = 1\nif z:\n    y\nb\n"),
    (
        "x\n@c\ndef b():\n    pass\n    # still b\n\ny\n",
        "def b():\n    pass",
        "x\nz = 1\nif z:\n    y\n@c\ndef b():\n    pass\n    # still b\n\ny\n",
        "x\n@c\ndef b():\n    pass\n    # still b\nz = 1\nif z:\n    y\n\ny\n",
    ),
    ("a; \\\nb\n", "b", None, None),
]


@pytest.mark.parametrize(("text", "part", "before", "after"), PUT)
def test_put(text: str, part: str, before: str | None, after: str | None) -> None:
    put = "z = 1\nif z:\n    y\n"
    assert changed(text, Before(at(text, part), put)) == before
    assert changed(text, After(at(text, part), put)) == after


def test_what_is_put_keeps_its_strings() -> None:
    text = "if a:\n    b\n"
    assert changed(text, Before(at(text, "b"), "z = '''\nq\n'''\n")) == "if a:\n    z = '''\nq\n'''\n    b\n"


def test_under() -> None:
    text = "def f():\n  a()\n\n  # about b\n  b(\n    1)\n  c = '''\n  c\n'''\n  # behind\n  d()\n"
    wanted = (
        "def f():\n  with x:\n    a()\n\n    # about b\n    b(\n      1)\n    c = '''\n  c\n'''\n  # behind\n  d()\n"
    )
    move = Under("with x:", at(text, "a()"), at(text, "c = '''\n  c\n'''"))
    assert changed(text, move) == wanted
    assert changed(text, move, Wrap(at(text, "b(\n    1)"), "await ")) == wanted.replace("b(\n", "await b(\n")
    assert changed(text, move, Before(at(text, "a()"), "z\n")) is None
    assert changed("a\nb\n", Under("with x:", at("a\nb\n", "a"), at("a\nb\n", "b"))) == "with x:\n    a\n    b\n"
    assert changed("a; b\n", Under("with x:", at("a; b\n", "a"), at("a; b\n", "b"))) is None
    assert changed("a; b\n", Under("with x:", at("a; b\n", "a"), at("a; b\n", "a"))) is None
    text = "if a:\n\tb\nelse:\n\tc\n"
    assert changed(text, Under("with x:", at(text, "b"), at(text, "b"))) == "if a:\n\twith x:\n\t\tb\nelse:\n\tc\n"
    assert changed(text, Under("with x:", at(text, "b"), at(text, "c"))) is None


def test_enter() -> None:
    text = "def f():\n  a(\n    1,\n  )  # why\n\n  # about b\n  b('Q')\n  # behind\n  d()\n".replace("Q", "''\nc\n''")
    wanted = "def f():\n  with a(\n    1,\n  ):  # why\n    # about b\n    b('Q')\n  # behind\n  d()\n"
    wanted = wanted.replace("Q", "''\nc\n''")
    enter = Enter(at(text, "a(\n    1,\n  )"), at(text, "b('''\nc\n''')"))
    assert changed(text, enter) == wanted
    assert changed(text, enter, Wrap(at(text, "b('''\nc\n''')"), "await ")) == wanted.replace("    b(", "    await b(")
    assert changed(text, enter, Delete(at(text, "b('''\nc\n''')"))) is None
    refused = (("a; b\n", "a"), ("a;\nb\n", "a"), ("x = a\nb\n", "x = a"), ("a \\\n\nb\n", "a"))
    for text, first in refused:
        assert changed(text, Enter(at(text, first), at(text, "b"))) is None
    assert changed("a\nb", Enter(at("a\nb", "a"), at("a\nb", "b"))) == "with a:\n    b"
    assert changed("a\n", Enter(at("a\n", "a"), at("a\n", "a"))) is None


DECORATED = (
    "class A:\n    # above\n    @a  # a\n    # about b\n    @b(\n        1\n    )\n    # below\n    def f(self): pass\n"
)
DECORATORS = [
    ({"order": (1, 0)}, "    # about b\n    @b(\n        1\n    )\n    @a  # a\n"),
    ({"order": (1,)}, "    # about b\n    @b(\n        1\n    )\n"),
    ({"order": (0,)}, "    @a  # a\n    # about b\n"),
    ({"above": ("z",)}, "    @z\n    @a  # a\n    # about b\n    @b(\n        1\n    )\n"),
    ({"below": ("z.y()",)}, "    @a  # a\n    # about b\n    @b(\n        1\n    )\n    @z.y()\n"),
    ({"order": (0, 2)}, None),
    ({"above": ("z) + (y",)}, None),
]


@pytest.mark.parametrize(("changes", "lines"), DECORATORS)
def test_decorators(changes: dict[str, tuple[int, ...]], lines: str | None) -> None:
    span = at(DECORATED, "def f(self): pass")
    head, tail = "class A:\n    # above\n", "    # below\n    def f(self): pass\n"
    found = changed(DECORATED, Decorators(span, **changes))
    assert found == (None if lines is None else head + lines + tail)


def test_a_first_decorator() -> None:
    text = "@a\nclass A: pass\n\ndef f():\n\tdef g(): pass\n"
    assert changed(text, Decorators(at(text, "def g(): pass"), above=("b",))) == text.replace("\tdef", "\t@b\n\tdef")


TIMEOUT, LOOP = Import("dbos", "SetWorkflowTimeout"), Import("asyncio")
IMPORTED = [
    ("import os\n\nx\n", TIMEOUT, "import os\n\nfrom dbos import SetWorkflowTimeout\n\nx\n"),
    ("import os\n\nx\n", LOOP, "import asyncio\nimport os\n\nx\n"),
    ("#!/bin/python\n\nx\n", LOOP, "#!/bin/python\n\nimport asyncio\n\nx\n"),
    ('"""Doc."""\nx\n', LOOP, '"""Doc."""\n\nimport asyncio\n\nx\n'),
    ("from __future__ import annotations\n", LOOP, "from __future__ import annotations\n\nimport asyncio\n"),
    ("from dbos import DBOS\n", LOOP, "import asyncio\n\nfrom dbos import DBOS\n"),
    ("from dbos import DBOS, step\n", TIMEOUT, "from dbos import DBOS, SetWorkflowTimeout, step\n"),
    ("from dbos import step, DBOS\n", TIMEOUT, "from dbos import step, DBOS, SetWorkflowTimeout\n"),
    ("from dbos import DBOS  # main\n", TIMEOUT, "from dbos import DBOS, SetWorkflowTimeout  # main\n"),
    ("from dbos import SetWorkflowTimeout\n", TIMEOUT, "from dbos import SetWorkflowTimeout\n"),
    (
        "from dbos import SetWorkflowTimeout as S\n",
        TIMEOUT,
        "from dbos import SetWorkflowTimeout as S, SetWorkflowTimeout\n",
    ),
    (
        "from dbos import (\n    DBOS,  # main\n)\n",
        TIMEOUT,
        "from dbos import (\n    DBOS,  # main\n    SetWorkflowTimeout,\n)\n",
    ),
    (
        "from dbos import (DBOS,\n                  Q)\n",
        TIMEOUT,
        "from dbos import (DBOS,\n                  Q,\n                  SetWorkflowTimeout)\n",
    ),
    (
        "from a import b\nfrom z import y\n\nfrom . import d\n",
        TIMEOUT,
        "from a import b\nfrom dbos import SetWorkflowTimeout\nfrom z import y\n\nfrom . import d\n",
    ),
    (
        "try:\n    from dbos import SetWorkflowTimeout\nexcept ImportError:\n    SetWorkflowTimeout = None\n",
        TIMEOUT,
        None,
    ),
    ("SetWorkflowTimeout = 1\n", TIMEOUT, None),
    ("if TYPE_CHECKING:\n    import asyncio\n", LOOP, "import asyncio\n\nif TYPE_CHECKING:\n    import asyncio\n"),
    ("import os", LOOP, "import asyncio\nimport os"),
    ("import os", TIMEOUT, "import os\n\nfrom dbos import SetWorkflowTimeout"),
    (
        f"from dbos import A{'a' * 30}, B{'b' * 30}\n",
        TIMEOUT,
        f"from dbos import (\n    A{'a' * 30},\n    B{'b' * 30},\n    SetWorkflowTimeout,\n)\n",
    ),
]


@pytest.mark.parametrize(("before", "change", "after"), IMPORTED)
def test_imported(before: str, change: Import, after: str | None) -> None:
    found = changed(before, change)
    assert found == after
    assert found is None or changed(found, change) == found


UNIMPORTED = [
    ("import os, sys\nsys\n", "import sys\nsys\n"),
    ("import os\nimport sys\nsys\n", "import sys\nsys\n"),
    ("import os\n\n\ndef f(a: 'os.X'): pass\n", None),
    ("import os\n__all__ = ['os']\n", None),
    ("import os  # noqa: F401\n", None),
    ("from a import os as os\n", None),
    ("from a import (\n    b,\n    os,  # why\n)\nb\n", "from a import (\n    b,\n)\nb\n"),
    ("from a import (\n    b\n    , os\n    , c\n)\nb, c\n", "from a import (\n    b\n    , c\n)\nb, c\n"),
    ("from a import (\n    b\n    , c\n    , os\n)\nb, c\n", "from a import (\n    b\n    , c\n)\nb, c\n"),
    ("from a import (\n    os\n    , b\n    , c\n)\nb, c\n", "from a import (\n    b\n    , c\n)\nb, c\n"),
    ("import os\ntry:\n    import os\nexcept E: pass\n", None),
    ("import os\nx = 'os'; y.os = 1; z(os=1)  # os\n", "x = 'os'; y.os = 1; z(os=1)  # os\n"),
]


@pytest.mark.parametrize(("before", "after"), UNIMPORTED)
def test_unimported(before: str, after: str | None) -> None:
    assert changed(before, Unimport("os")) == (before if after is None else after)


def test_an_import_goes_with_its_last_use() -> None:
    text = "import time\nfrom dbos import DBOS, Queue\n\n\ndef f():\n    a(time)\n    b\n    Queue\n"
    gone = Delete(at(text, "a(time)"))
    assert changed(text, gone, Unimport("time")) == text.replace("import time\n", "").replace("    a(time)\n", "")
    assert changed(text, Unimport("time")) == text
    swapped = changed(text, Delete(at(text, "Queue", 1)), Unimport("Queue"), TIMEOUT)
    assert swapped == text.replace("DBOS, Queue", "DBOS, SetWorkflowTimeout").replace("    Queue\n", "")


def test_bytes_that_are_not_changed_stay() -> None:
    data = "\ufeff# é\r\na()\nb()\r\n'''x\r\ry'''\r\n".encode()
    text = Document.of(data).text
    assert changed_bytes(data, Wrap(at(text, "b()"), "await ")) == data.replace(b"b()", b"await b()")
    wanted = data.replace(b"b()", b"z = 1\r\nb()")
    assert changed_bytes(data, Before(at(text, "b()"), "z = 1\n")) == wanted
    latin = "# coding: latin-1\nx = 'é', a()\n".encode("latin-1")
    text = Document.of(latin).text
    assert changed_bytes(latin, Wrap(at(text, "a()"), "é(", ")")) == latin.replace(b"a()", b"\xe9(a())")
    assert changed_bytes(latin, Wrap(at(text, "a()"), "ж(", ")")) is None


def test_edits() -> None:
    assert minimal("abcd", Edit(0, 4, "abXd")) == Edit(2, 3, "X")
    assert ordered([Edit(3, 3, "b"), Edit(1, 2, ""), Edit(3, 3, "a")]) == (Edit(1, 2, ""), Edit(3, 3, "ba"))
    with pytest.raises(Void):
        ordered([Edit(1, 3, ""), Edit(2, 2, "x")])
    assert overlap([Edit(1, 1, "a")], [Edit(1, 1, "b")])
    assert not overlap([Edit(1, 1, "a")], [Edit(1, 1, "a"), Edit(4, 4, "c")])
    assert overlap([Edit(1, 3, "")], [Edit(3, 3, "c")])
    assert not overlap([Edit(1, 3, "")], [Edit(3, 4, "c")])


def test_what_is_not_there_is_void() -> None:
    text = "x = 1\n"
    assert ast.parse(text)
    assert changed(text, Delete(at(text, "x"))) is None
    assert changed(text, Wrap(at(text, "x = 1"), "await ")) is None


def test_lines_come_before_what_begins_where_they_do() -> None:
    text = "from dbos import DBOS\ndef f():\n    return g()\nf()\n"
    made = changed(
        text,
        MakeAsync(at(text, "def f():\n    return g()")),
        Import("asyncio"),
        Wrap(at(text, "f()", 1), "asyncio.run(", ")"),
        Before(at(text, "f()", 1), "x = 1\n"),
    )
    wanted = "import asyncio\n\nfrom dbos import DBOS\nasync def f():\n    return g()\nx = 1\nasyncio.run(f())\n"
    assert made == wanted
    text = "import os\nf(a)\n"
    made = changed(text, Wrap(at(text, "f(a)"), "sys.exit(", ")"), Before(at(text, "f(a)"), "x = 1\n"), Import("sys"))
    assert made == "import os\nimport sys\nx = 1\nsys.exit(f(a))\n"


def test_what_depends_on_another_change_is_void() -> None:
    text = "for x in f():\n    g({1})\n"
    loop = at(text, "for x in f():\n    g({1})")
    assert changed(text, Delete(loop), AsyncFor(at(text, "f()"))) is None
    assert changed(text, Delete(loop), After(at(text, "g({1})"), "h()\n")) is None
    assert changed(text, Through(at(text, "f()"), "q"), Arguments(at(text, "f()"), add=(("", "a"),))) is None
    assert changed(text, Under("with a:", loop, loop), Under("with b:", *(at(text, "g({1})"),) * 2)) is None
    text = "time\\\n.sleep(a)  # why\nb = (time  # why\n.sleep)\n"
    assert changed(text, Replace(at(text, "time\\\n.sleep"), "z")) == text.replace("time\\\n.sleep", "z", 1)
    assert changed(text, Replace(at(text, "time  # why\n.sleep"), "z")) is None
