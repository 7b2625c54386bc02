"""Findings as a list of objects, in the shape that ruff gives them, with what only we have added."""

from __future__ import annotations

import json

from dbos_lint.diagnostic import Diagnostic, Position
from dbos_lint.links import page_url
from dbos_lint.reporters.report import Report, readable


def render(report: Report) -> str:
    return dumps([finding(found, report) for found in report.diagnostics])


def dumps(value: object) -> str:
    """``value`` as text of which every byte is ASCII, so that no terminal obeys it and no pipe garbles it."""
    return json.dumps(value, indent=2, sort_keys=True) + "\n"


def finding(found: Diagnostic, report: Report) -> dict[str, object]:
    """One finding as an object of plain values."""
    return {
        "cell": None,
        "code": found.code,
        "confidence": found.confidence.value,
        "end_location": _location(found.end),
        "filename": readable(found.filename),
        "fix": _fix(found, report),
        "level": found.level.value,
        "location": _location(found.start),
        "message": readable(found.message),
        "name": found.rule.name,
        # The last row: a comment may stand there even where the statement starts with a long string.
        "noqa_row": found.statement[1] or found.start.row,
        "trace": [
            {"label": readable(step.label), "filename": readable(step.filename), "row": step.row}
            for step in found.trace
        ],
        "url": page_url(found.code),
    }


def _fix(found: Diagnostic, report: Report) -> dict[str, object] | None:
    """How to mend the finding; nothing where that cannot be said edit by edit."""
    edits = [
        {"content": each.content, "location": _location(each.start), "end_location": _location(each.end)}
        for each in report.replacements(found)
    ]
    if found.fix is None or not edits:
        return None
    return {"applicability": found.fix.applicability.value, "message": readable(found.fix.title), "edits": edits}


def _location(position: Position) -> dict[str, int]:
    return {"column": position.column, "row": position.row}
