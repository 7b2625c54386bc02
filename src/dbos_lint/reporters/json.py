"""Findings as a list of objects, in the shape that ruff gives them, with what only we have added."""

from __future__ import annotations

import json
from collections.abc import Iterator
from json.encoder import encode_basestring_ascii as quoted

from dbos_lint.diagnostic import Diagnostic, Position
from dbos_lint.links import page_url
from dbos_lint.reporters.report import Report, readable


def render(report: Report) -> str:
    return dumps(finding(found, report) for found in report.diagnostics)


def dumps(value: object) -> str:
    """``value`` as text of which every byte is ASCII, so that no terminal obeys it and no pipe garbles it.

    What an iterator gives is a list, of which no more than one item is there at a time.
    """
    return _laid_out(value, "\n") + "\n"


def _laid_out(value: object, margin: str) -> str:
    """What ``json.dumps`` says with an indent of 2: it takes three times as long, and more room than all findings."""
    if isinstance(value, str):
        return quoted(value)
    if type(value) is int:
        return repr(value)
    inner = f"{margin}  "
    if isinstance(value, dict):
        parts = [f"{inner}{quoted(key)}: {_laid_out(each, inner)}" for key, each in sorted(value.items())]
        return f"{{{','.join(parts)}{margin}}}" if parts else "{}"
    if isinstance(value, (list, tuple, Iterator)):
        parts = [inner + _laid_out(each, inner) for each in value]
        return f"[{','.join(parts)}{margin}]" if parts else "[]"
    return json.dumps(value)


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
