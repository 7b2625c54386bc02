"""Imports of dbos and of Python itself that an upgrade leaves without a use: others may register what they hold."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator, Mapping

from dbos_lint.fix import Unimport
from dbos_lint.fixes.document import Document
from dbos_lint.fixes.realise import Void, edits
from dbos_lint.fixes.usage import Usage
from dbos_lint.syntax.trees import name_of


def tidied(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> dict[str, bytes]:
    """The texts ``after``, without imports that were used ``before`` and no longer are."""
    found = dict(after)
    for path, text in after.items():
        if text != before.get(path, text) and os.path.basename(path) != "__init__.py":
            try:
                unused = [Unimport(name) for name in _unused(Document.of(before[path]), Document.of(text))]
                unused = [change for change in unused if not _is_taken(change.name, path, after)]
                if unused:
                    document = Document.of(text)
                    found[path] = document.bytes_with(edits(document, unused))
            except (Void, SyntaxError):
                continue
    return found


def _unused(before: Document, after: Document) -> Iterator[str]:
    """The names that imports of the module bind, and that nothing reads any more."""
    then, now = Usage(before), Usage(after)
    for statement in after.tree.body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            for alias in statement.names:
                name = alias.asname or alias.name.partition(".")[0]
                if _is_foreign(statement, alias) and then.is_used(name) and not now.is_used(name):
                    yield name


def _is_foreign(statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> bool:
    """Whether an import is of dbos, or of Python's own library."""
    if isinstance(statement, ast.ImportFrom) and statement.level:
        return False
    module = statement.module if isinstance(statement, ast.ImportFrom) else alias.name
    root = (module or "").partition(".")[0]
    return root == "dbos" or root in sys.stdlib_module_names


def _is_taken(name: str, path: str, texts: Mapping[str, bytes]) -> bool:
    """Whether another file may take the name from this one."""
    module = os.path.splitext(os.path.basename(path))[0]
    for other, text in texts.items():
        if other != path and module.encode() in text:
            for node in ast.walk(Document.of(text).tree):
                if isinstance(node, ast.ImportFrom):
                    last = (node.module or "").rpartition(".")[2]
                    if last == module and any(alias.name in (name, "*") for alias in node.names):
                        return True
                elif isinstance(node, ast.Attribute) and node.attr == name and name_of(node.value) == module:
                    return True
    return False
