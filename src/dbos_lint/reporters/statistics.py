"""How often each rule fired, the most frequent first."""

from __future__ import annotations

from collections import Counter

from dbos_lint.reporters.report import Report
from dbos_lint.reporters.terminal import Palette


def render(report: Report, output_format: str) -> str:
    """The counts of ``report``, in one of ``STATISTICS_FORMATS``."""
    counts = Counter(found.rule for found in report.diagnostics)
    rules = sorted(counts, key=lambda rule: (-counts[rule], rule.code))
    if output_format == "json":
        from dbos_lint.reporters.json import dumps

        return dumps(
            [{"code": rule.code, "count": counts[rule], "level": rule.level.value, "name": rule.name} for rule in rules]
        )
    palette = Palette(report.color)
    digits = max((len(str(count)) for count in counts.values()), default=0)
    return "".join(
        f"{palette.strong(f'{counts[rule]:>{digits}}')}\t{palette.level(rule.code, rule.level)}\t{rule.name}\n"
        for rule in rules
    )
