"""Lint every Python file of the standard library and of what is installed, as if each used dbos: nothing may fail.

    python tools/crashtest.py                     what this interpreter has
    python tools/crashtest.py FOLDER ...          these folders instead
    python tools/crashtest.py --every 20 FOLDER   one file in twenty
    python tools/crashtest.py --seed 7            functions and classes made durable in another way

Each file imports dbos, and its functions are decorated as workflows, steps, transactions or not at all, at random: the
rules have much to say of it. Files that do not parse are said to be unreadable by the linter, which is right; faults of
the linter itself are printed with their tracebacks, and end in exit code 1. Files that take long are named.
"""

from __future__ import annotations

import argparse
import ast
import random
import sys
import sysconfig
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import dropwhile
from pathlib import Path

from dbos_lint.linter import lint_source
from dbos_lint.settings import Settings

IMPORT = b"import dbos; from dbos import DBOS\n"
FUNCTION = (b"@DBOS.workflow()", b"@DBOS.workflow()", b"@DBOS.step()", b"@DBOS.transaction()", b"")
CLASS = (b"@DBOS.dbos_class()", b"")
LONG = 5.0


def as_if_durable(source: bytes, choose: random.Random) -> bytes:
    """``source`` with an import of dbos in front, and what it defines made durable at random."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source + b"\n" + IMPORT
    lines = source.splitlines(keepends=True)
    definitions = [
        node
        for node in ast.walk(ast.Module(body, []))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]
    # From below, so that the rows above stay as they are.
    for node in sorted(definitions, key=lambda node: -node.lineno):
        row = row_of(node)
        indentation = lines[row][: len(lines[row]) - len(lines[row].lstrip())]
        if above := choose.choice(CLASS if isinstance(node, ast.ClassDef) else FUNCTION):
            lines.insert(row, indentation + above + b"\n")
    first = next(dropwhile(stays_first, body), None)
    row = row_of(first) if first is not None else len(lines)
    lines.insert(row, IMPORT if row < len(lines) else b"\n" + IMPORT)
    return b"".join(lines) + b"\n"


def row_of(statement: ast.stmt) -> int:
    """The row of its first line, counted from zero."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(each.lineno for each in decorators)]) - 1


def stays_first(statement: ast.stmt) -> bool:
    """Whether nothing may stand in front: a docstring, or an import from the future."""
    match statement:
        case ast.Expr(ast.Constant(str())):
            return True
        case ast.ImportFrom(module="__future__"):
            return True
    return False


def files(folders: Sequence[Path], every: int) -> Iterator[Path]:
    for folder in folders:
        found = sorted(path for path in folder.rglob("*.py") if path.is_file())
        yield from found[::every]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Lint all that is installed, as if it used dbos.")
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--every", type=int, default=1, help="take one file in so many")
    parser.add_argument("--seed", type=int, default=0, help="of what is durable (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")  # of the programs
    paths = sysconfig.get_paths()
    folders = options.folders or [Path(paths["stdlib"]), Path(paths["purelib"])]
    start, count, faults = time.monotonic(), Counter[str](), 0
    for path in dict.fromkeys(files(folders, options.every)):
        if time.monotonic() - start > options.seconds:
            break
        # A project of its own for each: else all that is installed would be looked at for it, again and again.
        settings = Settings(root=f"{path}.project", select=("DBS",))
        source = as_if_durable(path.read_bytes(), random.Random(f"{options.seed} {path.name}"))
        began = time.process_time()
        result = lint_source(source, f"{settings.root}/{path.name}", settings)
        took = time.process_time() - began
        count.update(each.code for each in result.diagnostics)
        count["files"] += 1
        if took > LONG:
            print(f"{path}: {took:.1f} s", file=sys.stderr)
        for trace in result.tracebacks:
            faults += 1
            print(f"{path}\n{trace}", file=sys.stderr)
    print(f"{count.pop('files', 0)} files, {faults} faults; found: {dict(sorted(count.items()))}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
