"""A paragraph a finding: what is wrong, the source line, the whole chain that leads there, and where to read more."""

from __future__ import annotations

from collections.abc import Iterator

from dbos_lint.choice import fix_of
from dbos_lint.diagnostic import Diagnostic
from dbos_lint.fix import Applicability
from dbos_lint.links import page_url
from dbos_lint.reporters.report import Report
from dbos_lint.reporters.snippet import snippet
from dbos_lint.reporters.terminal import Palette, harmless


def render(report: Report) -> str:
    palette = Palette(report.color)
    return "".join("\n".join(_paragraph(found, report, palette)) + "\n\n" for found in report.diagnostics)


def _paragraph(found: Diagnostic, report: Report, palette: Palette) -> Iterator[str]:
    shown = snippet(found, report.lines(found.filename))
    gutter = len(str(shown.rows[-1][0])) if shown else 1
    margin = " " * gutter
    mark = report.mark(found)
    yield f"{palette.level(found.code, found.level)} {mark}{palette.strong(harmless(found.message))}"
    yield f"{margin}{palette.gutter('-->')} {harmless(report.place(found))}"
    if shown:
        yield from shown.render(gutter, palette, found)
    for number, step in enumerate(found.trace):
        label = f"{palette.gutter('=')} {palette.strong('chain')}:" if number == 0 else " " * 7 + "→"
        yield f"{margin} {label} {harmless(report.link(step))}"
    if (fix := fix_of(found)) is not None:
        kind = "fix (unsafe)" if fix.applicability is Applicability.UNSAFE else "fix"
        yield f"{margin} {palette.gutter('=')} {palette.strong(kind)}: {harmless(fix.title)}"
    yield f"{margin} {palette.gutter('=')} {palette.strong('help')}: {page_url(found.code)}"
