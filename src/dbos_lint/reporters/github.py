"""Findings as the commands that GitHub Actions turns into annotations."""

from __future__ import annotations

from collections.abc import Iterator

from dbos_lint.diagnostic import Diagnostic, Level
from dbos_lint.links import page_url
from dbos_lint.reporters.report import Report
from dbos_lint.reporters.terminal import harmless

_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.ADVICE: "notice"}


def render(report: Report) -> str:
    return "".join(f"{_annotation(found, report)}\n" for found in report.diagnostics)


def _annotation(found: Diagnostic, report: Report) -> str:
    properties = {
        "title": f"dbos-lint ({found.code})",
        "file": harmless(found.filename),
        "line": str(found.start.row),
        "col": str(found.start.column),
        "endLine": str(found.end.row),
        "endColumn": str(found.end.column),
    }
    if found.end.row != found.start.row:  # GitHub refuses columns for a finding of several lines
        del properties["col"], properties["endColumn"]
    text = "\n".join(map(harmless, _lines(found, report)))
    values = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[found.level]} {values}::{_data(text)}"


def _lines(found: Diagnostic, report: Report) -> Iterator[str]:
    yield f"{report.place(found)}: {found.code} {report.mark(found)}{found.message}"
    if found.trace:
        yield "chain: " + " → ".join(map(report.link, found.trace))
    yield f"help: {page_url(found.code)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
