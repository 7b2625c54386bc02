"""What is found in a project, up to where it stands: the code and the function."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from dbos_lint.configuration import Configuration
from dbos_lint.linter import lint_source
from dbos_lint.semantics.program import Program
from tests.metamorphic.names import HOME, NEW, Project

Found = Counter[tuple[str, str]]
"""How often each code is found in each function. Messages name lines and the ways there, and may change."""

# Each mention of a name is a finding, and imports mention names: it matters whether there is any.
OF_MENTIONS = frozenset({"DBS949", "DBS950", "DBS970"})
OF_COMMENTS = frozenset({"DBS002", "DBS003"})
_MADE_UP = re.compile(rf"\b[A-Za-z]+[0-9]*{HOME}\.|{NEW}(?![A-Za-z0-9])")
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_Place = tuple[int, int]


def found(project: Project, folder: Path) -> Found:
    """What the linter finds in ``project``, which is laid out in ``folder``; its options stand in files of its own."""
    for path, text in project.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    sources = {str(folder / path): text for path, text in project.items() if path.endswith(".py")}
    configuration = Configuration(str(folder))
    programs: dict[object, Program] = {}
    total: Found = Counter()
    for path, text in sources.items():
        settings = configuration.for_file(path)._replace(select=("DBS",), ignore=())
        program = programs.setdefault(settings, Program(settings, sources))
        result = lint_source(text.encode(), path, settings, noqa=False, program=program)
        assert result.tracebacks == ()
        diagnostics = result.diagnostics
        where = _Functions(text) if diagnostics else None
        for each in diagnostics:
            if where and each.code not in OF_COMMENTS:
                total[each.code, where.at(each.start.row, each.start.column)] += 1
    return total


def as_was(text: str) -> str:
    """``text`` without what transformations make up."""
    return _MADE_UP.sub("", text)


class _Functions:
    """The functions and classes of a text, told by places in them."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        try:
            self.spans = list(_spans(ast.parse(text), ""))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            self.spans = []

    def at(self, row: int, column: int) -> str:
        """The qualified name of the innermost function or class around a place."""
        place = (row, len(self.lines[row - 1][: column - 1].encode()))
        around = [(start, name) for start, end, name in self.spans if start <= place < end]
        return as_was(max(around)[1]) if around else ""


def _spans(node: ast.AST, outer: str) -> Iterator[tuple[_Place, _Place, str]]:
    for inner in ast.iter_child_nodes(node):
        name = outer
        if isinstance(inner, _Definition):
            name = f"{outer}.{inner.name}" if outer else inner.name
            start = min((each.lineno, each.col_offset) for each in (inner, *inner.decorator_list))
            yield start, (inner.end_lineno or 0, inner.end_col_offset or 0), name
        yield from _spans(inner, name)


def difference(before: Found, after: Found, *, places: bool = True) -> list[str]:
    """What came and what went; without ``places``, only which codes are found at all."""
    before, after = (_told(each, places) for each in (before, after))
    lines = [f"- {' | '.join(each)}" for each in (before - after).elements()]
    return sorted(lines + [f"+ {' | '.join(each)}" for each in (after - before).elements()])


def _told(found: Found, places: bool) -> Found:
    told = Counter({each: number for each, number in found.items() if places and each[0] not in OF_MENTIONS})
    told.update({(code, "") for code, _ in found if not places or code in OF_MENTIONS})
    return told


def parses(text: str) -> bool:
    try:
        compile(text, "app.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
