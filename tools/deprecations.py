"""What the text of a release of dbos calls deprecated: symbols named by docstrings and by comments in signatures."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from wheels import FunctionNode, Package

_SAYS_SO = re.compile(r"\bdeprecated\b", re.IGNORECASE)
# ``:param name: ...``, ``name (type): ...`` and ``name: ...``
_NAMED = re.compile(r":param (\w+):|(\w+) ?\([^)]*\):|(\w+):")


def deprecated(package: Package) -> Iterator[str]:
    """The symbols; some of them may be private."""
    for module, tree in package.trees.items():
        for name, node in _definitions(tree):
            yield from _by_docstring(name, node)
            if not isinstance(node, ast.ClassDef):
                yield from _by_comment(name, node, package.sources[module])


def _definitions(tree: ast.AST, around: str = "") -> Iterator[tuple[str, ast.ClassDef | FunctionNode]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            constructs = node.name in ("__init__", "__new__")
            name = around if constructs else f"{around}.{node.name}" if around else node.name
            yield name, node
            yield from _definitions(node, name)
        else:
            yield from _definitions(node, around)


def _by_docstring(name: str, node: ast.ClassDef | FunctionNode) -> Iterator[str]:
    for line in (ast.get_docstring(node) or "").splitlines():
        if not _SAYS_SO.search(line):
            continue
        named = _NAMED.match(line.strip())
        part = next(filter(None, named.groups())) if named else None
        if part is not None:
            yield f"{name}[{part}]" if isinstance(node, ast.ClassDef) else f"{name}({part})"
        elif line.strip().lower().startswith("deprecated"):
            yield name


def _by_comment(name: str, node: FunctionNode, source: str) -> Iterator[str]:
    """The parameters after a comment on a row of its own in the signature, or on the row of such a comment."""
    first, last = node.lineno, node.body[0].lineno
    text = "\n".join(source.split("\n")[first - 1 : last])
    if not re.search(r"#.*deprecated", text, re.IGNORECASE):
        return
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and first <= token.start[0] < last and _SAYS_SO.search(token.string):
            alone = token.line.strip().startswith("#")
            for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                if arg.lineno > token.start[0] if alone else arg.lineno == token.start[0]:
                    yield f"{name}({arg.arg})"
