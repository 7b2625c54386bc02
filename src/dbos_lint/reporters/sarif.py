"""Findings as SARIF 2.1.0, which code scanning services read."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import quote_from_bytes

from dbos_lint import __version__, links
from dbos_lint.diagnostic import Diagnostic, Level, Position, Rule
from dbos_lint.links import page_url
from dbos_lint.paths import shown
from dbos_lint.reporters.json import dumps
from dbos_lint.reporters.report import Report, readable

_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.ADVICE: "note"}
_ROOT = "SRCROOT"


def render(report: Report) -> str:
    rules = sorted({found.rule for found in report.diagnostics}, key=lambda rule: rule.code)
    index = {rule.code: number for number, rule in enumerate(rules)}
    driver = {
        "name": "dbos-lint",
        "version": __version__,
        "rules": [_rule(rule) for rule in rules],
        "informationUri": links.DOCUMENTATION,
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"uri": f"{Path(report.cwd).as_uri().rstrip('/')}/"}},
        "results": (_result(found, index[found.code], report) for found in report.diagnostics),
    }
    return dumps({"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]})


def _rule(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "defaultConfiguration": {"enabled": rule.on_by_default, "level": _LEVELS[rule.level]},
        "helpUri": page_url(rule.code),
    }


def _result(found: Diagnostic, rule_index: int, report: Report) -> dict[str, object]:
    cwd = report.cwd
    result: dict[str, object] = {
        "ruleId": found.code,
        "ruleIndex": rule_index,
        "level": _LEVELS[found.level],
        "message": _message(found.message),
        "locations": [_location(found.filename, _region(found.start, found.end), cwd)],
    }
    if found.fix is not None and (replacements := report.replacements(found)):
        changes = [
            {"deletedRegion": _region(each.start, each.end), "insertedContent": {"text": each.content}}
            for each in replacements
        ]
        artifact = {"artifactLocation": _artifact(found.filename, cwd), "replacements": changes}
        result["fixes"] = [{"description": _message(found.fix.title), "artifactChanges": [artifact]}]
    if found.trace:
        chain = [
            _location(step.filename, {"startLine": step.row}, cwd) | {"message": _message(step.label)}
            for step in found.trace
        ]
        result["relatedLocations"] = [{"id": number} | place for number, place in enumerate(chain, 1)]
        result["codeFlows"] = [{"threadFlows": [{"locations": [{"location": place} for place in chain]}]}]
    return result


def _message(text: str) -> dict[str, str]:
    """``text`` as it is: what a program has named ``[so](https://example.com)`` is no link (SARIF 2.1.0, 3.11.6)."""
    return {"text": re.sub(r"\[(?=[^\[\]]*\]\()", r"\\[", readable(text))}


def _region(start: Position, end: Position) -> dict[str, int]:
    return {"startLine": start.row, "startColumn": start.column, "endLine": end.row, "endColumn": end.column}


def _location(filename: str, region: dict[str, int], cwd: str) -> dict[str, object]:
    return {"physicalLocation": {"artifactLocation": _artifact(filename, cwd), "region": region}}


def _artifact(filename: str, cwd: str) -> dict[str, str]:
    name = shown(filename, cwd)
    if Path(name).is_absolute():
        return {"uri": Path(name).as_uri()}
    return {"uri": quote_from_bytes(os.fsencode(name.replace(os.sep, "/"))), "uriBaseId": _ROOT}
