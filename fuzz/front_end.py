"""Fuzz what reads bytes before anything is known of them. Needs atheris: ``pip install atheris``.

    python fuzz/front_end.py -max_total_time=600 [CORPUS FOLDER]

Any exception that gets out is a fault. ``python fuzz/front_end.py FILE ...`` runs single inputs again.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["dbos_lint"]):
    from dbos_lint import configuration, gitignore, mentions, merging, outlines, patterns, target, toml
    from dbos_lint.linter import lint_source
    from dbos_lint.settings import Settings
    from dbos_lint.syntax import parse, suppressions
    from dbos_lint.syntax.lines import Lines

ROOT = os.path.abspath("project")
LOCKS = ("uv.lock", "pylock.toml", "Pipfile.lock", "requirements.txt", "pyproject.toml", "setup.cfg", "Pipfile")
SCRATCH = Path(tempfile.mkdtemp())


def read_source(data: bytes) -> None:
    """Bytes to a tree and to findings, as a file that names dbos."""
    list(mentions.imports(data))
    parsed = parse.parse(data)
    if not isinstance(parsed, parse.Fault):
        Lines(parsed)
        suppressions.parse(parsed.text)
    result = lint_source(b"import dbos\n" + data, f"{ROOT}/app.py", Settings(root=ROOT))
    if result.tracebacks:
        raise AssertionError(result.tracebacks[0])


def read_comments(data: bytes) -> None:
    suppressions.parse("x = 1  # dbos-lint: " + data.decode("utf-8", "replace"))


def match_patterns(data: bytes) -> None:
    pattern, _, path = data.decode("utf-8", "replace").partition("\n")
    patterns.matcher((pattern,), ROOT)(f"{ROOT}/{path}")


def read_settings(data: bytes) -> None:
    try:
        table = json.loads(data)
    except ValueError:
        return
    if isinstance(table, dict):
        with contextlib.suppress(configuration.SettingsError):
            configuration.parse(table, ROOT, f"{ROOT}/dbos-lint.toml")


def merge(data: bytes) -> None:
    with contextlib.suppress(merging.MergeError):
        merging.merged([("one", data), ("two", data)])


def read_outline(data: bytes) -> None:
    assert outlines.outline(data, (b"dbos",)).state


def read_toml(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        table = toml.loads(data)
        with contextlib.suppress(configuration.SettingsError):
            configuration.parse(table, ROOT, f"{ROOT}/dbos-lint.toml")


def tell_version(data: bytes) -> None:
    name = LOCKS[data[0] % len(LOCKS)] if data else LOCKS[0]
    folder = SCRATCH / name
    (folder / ".git").mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data[1:] + b"\n# dbos")
    target.detected(str(folder))


def ignore(data: bytes) -> None:
    folder = SCRATCH / "ignoring"
    (folder / ".git").mkdir(parents=True, exist_ok=True)
    path, _, lines = data.partition(b"\n")
    (folder / ".gitignore").write_bytes(lines)
    ignores = gitignore.holding_in(str(folder))
    if ignores is not None:
        ignores.ignore(f"{folder}/{path.decode('utf-8', 'replace')}", is_folder=len(data) % 2 == 0)


TARGETS = (
    *(read_source, read_comments, match_patterns, read_settings, merge),
    *(read_outline, read_toml, tell_version, ignore),
)


def one(data: bytes) -> None:
    if data:
        TARGETS[data[0] % len(TARGETS)](data[1:])


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
