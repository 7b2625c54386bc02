"""Lint every Python file of the standard library and of what is installed, as if each used dbos: nothing may fail.

    python tools/crashtest.py                     what this interpreter has
    python tools/crashtest.py FOLDER ...          these folders instead
    python tools/crashtest.py --every 20 FOLDER   one file in twenty

Files that do not parse are said to be unreadable by the linter, which is right; faults of the linter itself are
printed with their tracebacks, and end in exit code 1.
"""

from __future__ import annotations

import argparse
import sys
import sysconfig
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from dbos_lint.linter import lint_source
from dbos_lint.settings import Settings

_USES = b"import dbos; from dbos import DBOS; "
_WORKFLOW = b"\n@DBOS.workflow()\ndef dbos_lint_workflow():\n    pass\n"


def as_if_durable(source: bytes) -> bytes:
    """``source`` with an import of dbos and a workflow below all else, so that the whole engine looks at it."""
    return source + b"\n" + _USES.strip(b"; ") + _WORKFLOW


def files(folders: Sequence[Path], every: int) -> Iterator[Path]:
    for folder in folders:
        found = sorted(path for path in folder.rglob("*.py") if path.is_file())
        yield from found[::every]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Lint all that is installed, as if it used dbos.")
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--every", type=int, default=1, help="take one file in so many")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    options = parser.parse_args(arguments)
    paths = sysconfig.get_paths()
    folders = options.folders or [Path(paths["stdlib"]), Path(paths["purelib"])]
    start, count, faults = time.monotonic(), Counter[str](), 0
    for path in dict.fromkeys(files(folders, options.every)):
        if time.monotonic() - start > options.seconds:
            break
        # A project of its own for each: else the names of all that is installed would be gathered, file by file.
        settings = Settings(root=f"{path}.project", select=("DBS",))
        result = lint_source(as_if_durable(path.read_bytes()), str(path), settings)
        count.update(each.code for each in result.diagnostics)
        count["files"] += 1
        for trace in result.tracebacks:
            faults += 1
            print(f"{path}\n{trace}", file=sys.stderr)
    print(f"{count.pop('files', 0)} files, {faults} faults; found: {dict(sorted(count.items()))}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
