"""Findings as one JSON object a line, the objects of the format ``json``: outputs of several runs can be joined."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from dbos_lint.reporters.json import finding
from dbos_lint.reporters.report import Report


def render(report: Report) -> str:
    return dumps(finding(found, report) for found in report.diagnostics)


def dumps(values: Iterable[Mapping[str, object]]) -> str:
    """Each of ``values`` on a line of its own, in ASCII."""
    return "".join(json.dumps(value, sort_keys=True, separators=(",", ":")) + "\n" for value in values)
