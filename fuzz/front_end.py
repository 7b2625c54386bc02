"""Fuzz what reads bytes before anything is known of them. Needs atheris: ``pip install atheris``.

    python fuzz/front_end.py -max_total_time=600 [CORPUS FOLDER]

Any exception that gets out is a fault. ``python fuzz/front_end.py FILE ...`` runs single inputs again.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys

import atheris

with atheris.instrument_imports(include=["dbos_lint"]):
    from dbos_lint import configuration, mentions, merging, patterns
    from dbos_lint.linter import lint_source
    from dbos_lint.settings import Settings
    from dbos_lint.syntax import parse, suppressions
    from dbos_lint.syntax.lines import Lines

ROOT = os.path.abspath("project")


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


TARGETS = (read_source, read_comments, match_patterns, read_settings, merge)


def one(data: bytes) -> None:
    if data:
        TARGETS[data[0] % len(TARGETS)](data[1:])


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
