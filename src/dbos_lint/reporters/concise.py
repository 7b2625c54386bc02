"""One line a finding, as compilers print them."""

from __future__ import annotations

from dbos_lint.diagnostic import Diagnostic
from dbos_lint.reporters.report import Report
from dbos_lint.reporters.terminal import Palette, harmless


def render(report: Report) -> str:
    palette = Palette(report.color)
    return "".join(
        f"{palette.strong(_place(found, report))}: "
        f"{palette.level(found.code, found.level)} {report.mark(found)}{harmless(found.message)}\n"
        for found in report.diagnostics
    )


def _place(found: Diagnostic, report: Report) -> str:
    place = harmless(report.place(found))
    # A line that begins so is a command where GitHub Actions reads it, whose name nobody but the file's author chose.
    return f"./{place}" if place.lstrip().startswith("::") else place
