"""Results come back from plain values as they were."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dbos_lint.cache.findings import has_fix, plain, result_of
from dbos_lint.linter import lint_source
from dbos_lint.settings import Settings

FIXES = Path(__file__).parents[1] / "fixes"
CASES = [found[0] for folder in sorted(FIXES.iterdir()) if (found := sorted(folder.glob("*/before.py")))]


@pytest.mark.parametrize("case", CASES, ids=[case.parts[-3] for case in CASES])
def test_a_result_comes_back(case: Path) -> None:
    source = case.read_bytes()
    result = lint_source(source, str(case), Settings(str(case.parent), preset="all", dbos_version="3.4"))
    values = json.loads(json.dumps(plain(result)))
    assert result_of(str(case), values, source) == result
    assert has_fix(values) == any(found.fix is not None for found in result.diagnostics)
