"""What a file imports, as its bytes tell."""

from __future__ import annotations

import ast

import pytest

from dbos_lint.mentions import imports, members

SAME = [
    "from helpers import quote",
    "import helpers",
    "import helpers as h, tools",
    "import helpers, \\\n    tools",
    "from helpers \\\n    import quote",
    "from \\\n    helpers import quote, \\\n    other",
    "from  . helpers . deep import quote",
    "from . import helpers",
    "from .import helpers",
    "from ..deep.er import (\n    quote,  # why; not\n    other,\n)",
    "x = 1; import helpers; from tools import quote; import deep",
    "if x: import helpers",
    "try: from helpers import quote\nexcept ImportError: import tools",
    "def late(): import helpers",
    "class Late:\n    from helpers import quote",
    "import helpers\r\nfrom tools \\\r\n  import quote\r\n",
    "import helpers\rimport tools\r",
    "\f\nimport helpers",
    "from helpers import important\nimport tools",
    "from helpers import (\n    quote,\n    import_all,\n); import tools",
]


@pytest.mark.parametrize("text", SAME)
def test_imports_are_those_that_python_sees(text: str) -> None:
    expected = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            expected += [(0, alias.name, []) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            expected.append((node.level, node.module or "", [alias.name for alias in node.names]))
    found = [(dots, module, members(names)) for dots, module, names in imports(text.encode())]
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize("text", ["importlib.import_module('a')", "reimport = 1", "x = [important]", "imported: int"])
def test_what_only_holds_the_word_is_no_import(text: str) -> None:
    assert list(imports(text.encode())) == []


def test_a_bracket_that_words_open_hides_no_import() -> None:
    text = b'"""Where prices come from.\n\nfrom here import (or there\n"""\nimport tools\n'
    assert (0, "tools", b"") in imports(text)


@pytest.mark.parametrize(
    "text", [b"lazy import helpers", b"lazy from helpers import quote", b"x = 1; lazy  import helpers as h, tools"]
)
def test_what_is_imported_when_it_is_first_used_is_imported(text: bytes) -> None:
    # Python 3.15 knows such statements, so that none of its predecessors can say what is in them.
    assert list(imports(text)) == list(imports(text.replace(b"lazy ", b""))) != []


def test_a_name_that_is_lazy_is_none() -> None:
    assert list(imports(b"lazy = importer\nlazyimport = 1\nx = lazy\n")) == []
