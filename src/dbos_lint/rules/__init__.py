"""The rules: a declaration for each, one package and one visitor a category, all driven by one walk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dbos_lint import timings

if TYPE_CHECKING:
    from dbos_lint.rules.visitor import Here
    from dbos_lint.semantics.analysis import Analysis
    from dbos_lint.semantics.collect import Collected


def check(collected: Collected, analysis: Analysis, enabled: frozenset[str]) -> Here:
    """Let every rule in ``enabled`` look at the file; the findings are in what comes back."""
    # Here, since who only asks what is declared of the rules must not pay for the visitors.
    with timings.phase("load"):
        from dbos_lint.rules.visitor import Here
        from dbos_lint.rules.visitors import VISITORS
        from dbos_lint.rules.walking import walk

    here = Here(collected, analysis, enabled)
    walk(VISITORS, here)
    here.finish()
    analysis.calls.forget(here.module)
    return here
