"""What a run prints: one module a format, each a pure function of a report."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dbos_lint.reporters.report import Report

FORMATS: tuple[str, ...] = ("concise", "full", "json", "json-lines", "github", "sarif")
TEXT_FORMATS: tuple[str, ...] = ("concise", "full")
FIX_FORMATS: tuple[str, ...] = ("json", "json-lines", "sarif")
STATISTICS_FORMATS: tuple[str, ...] = (*TEXT_FORMATS, "json")


def render(report: Report, output_format: str) -> str:
    """The findings of ``report`` in one of ``FORMATS``; text ends in a line break, and is empty without findings."""
    if not report.diagnostics and output_format in TEXT_FORMATS:
        return ""
    rendered: str = import_module(f"dbos_lint.reporters.{output_format.replace('-', '_')}").render(report)
    return rendered
