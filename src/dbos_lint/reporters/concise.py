"""One line a finding, as compilers print them."""

from __future__ import annotations

from dbos_lint.reporters.report import Report
from dbos_lint.reporters.terminal import Palette, harmless


def render(report: Report) -> str:
    palette = Palette(report.color)
    return "".join(
        f"{palette.strong(harmless(report.place(found)))}: "
        f"{palette.level(found.code, found.level)} {report.mark(found)}{harmless(found.message)}\n"
        for found in report.diagnostics
    )
