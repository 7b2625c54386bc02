"""Code that asks which dbos there is, and what only looks like it."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from dbos_lint.semantics.asking import Asking

ASKING = [
    "if hasattr(DBOS, 'new'):\n    HERE",
    "if hasattr(queue, 'new'):\n    HERE",
    "if not hasattr(DBOS, 'new'):\n    pass\nelse:\n    HERE",
    "if a:\n    pass\nelif hasattr(DBOS, 'new'):\n    HERE",
    "def f():\n    if not hasattr(DBOS, 'new'):\n        return None\n    return HERE",
    "x = HERE if hasattr(DBOS, 'new') else None",
    "x = hasattr(DBOS, 'new') and HERE",
    "if version.parse(dbos.__version__) >= version.parse('3.0'):\n    HERE",
    "if importlib.metadata.version('dbos') > '3':\n    HERE",
    "NEW = hasattr(DBOS, 'new')\nif NEW:\n    HERE",
    "NEW: bool = hasattr(DBOS, 'new')\nif NEW:\n    HERE",
    "x = (\n    1); y = HERE if hasattr(DBOS, 'new') else (\n    2)",
    "DBOS_VERSION = Version(version('dbos'))\nNEW = DBOS_VERSION >= Version('3')\nif DBOS_VERSION > x:\n    HERE",
    "try:\n    from dbos import new\n    HAS = True\nexcept ImportError:\n    HAS = False\nif HAS:\n    HERE",
    "try:\n    HERE\nexcept AttributeError:\n    pass",
    "try:\n    pass\nexcept (ValueError, dbos.x.TypeError):\n    HERE",
    "try:\n    import dbos.new\n    HERE\nexcept:\n    pass",
    "with contextlib.suppress(AttributeError):\n    HERE",
    "if TYPE_CHECKING:\n    HERE",
    "if typing.TYPE_CHECKING:\n    HERE",
    "@pytest.mark.skipif(not hasattr(DBOS, 'new'), reason='old')\ndef test_new():\n    HERE",
    "class T:\n    def f(self):\n        for x in y:\n            if hasattr(DBOS, 'new'):\n                HERE",
    "match x:\n    case 1:\n        if hasattr(DBOS, 'new'):\n            HERE",
    "if 'new' in inspect.signature(DBOS.send).parameters:\n    HERE",
]
NOT_ASKING = [
    "HERE",
    "if hasattr(settings, 'other'):\n    HERE",
    "if getattr(arguments, 'workers', None):\n    HERE",
    "if app_version == '2':\n    HERE",
    "if sys.version_info >= (3, 11):\n    HERE",
    "if hasattr(DBOS, 'new'):\n    pass\nHERE",
    "try:\n    from dbos import DBOS\n    HAS = True\nexcept ImportError:\n    HAS = False\nif HAS:\n    HERE",
    "try:\n    run()\n    HERE\nexcept Exception:\n    pass",
    "try:\n    HERE\nexcept ValueError:\n    pass",
    "with contextlib.suppress(ValueError):\n    HERE",
    "x = HERE if fast else None",
]


def covers(source: str) -> bool:
    rows = dedent(source).split("\n")
    (row,) = (number for number, text in enumerate(rows, 1) if "HERE" in text)
    return Asking(ast.parse(source), lambda name: name == "DBOS").covers(row, "new")


@pytest.mark.parametrize("source", ASKING)
def test_it_asks(source: str) -> None:
    assert covers(source)


@pytest.mark.parametrize("source", NOT_ASKING)
def test_it_does_not_ask(source: str) -> None:
    assert not covers(source)
