"""Runs that are started by one release of a program and recovered by the next, on the real dbos."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle.engine import PRELUDE, page_program, run_program

pytestmark = pytest.mark.oracle

PROVES = {"DBS910", "DBS911", "DBS912"}

CRASHED = 77
NEXT_RELEASE = "\n# ---- the next release ----\n"
DIE = f"""
def ship(*args):
    _os._exit({CRASHED})


launch()
show(checkout, "order", workflow_id="w")
"""
RECOVER = '\nlaunch()\nshow(result, "w")\n'


@pytest.mark.parametrize(
    ("code", "recorded", "expected"),
    [
        ("DBS910", "charge", "reserve"),
        ("DBS911", "charge", "take_money"),
        ("DBS912", "DBOS.patch-charge-first", "charge"),
    ],
)
def test_the_next_release_recovers_only_what_kept_its_shape(
    code: str, recorded: str, expected: str, tmp_path: Path
) -> None:
    lines: dict[str, str] = {}
    for heading in ("Example", "Use instead"):
        first, second = page_program(code, heading).split(NEXT_RELEASE)
        database = tmp_path / heading.replace(" ", "-") / "dbos.sqlite"
        database.parent.mkdir()
        died = run_program(PRELUDE + first + DIE, database=database)
        assert died.returncode == CRASHED, died.stderr
        lines[heading] = run_program(PRELUDE + second + RECOVER, database=database).stdout

    assert "raised DBOSUnexpectedStepError" in lines["Example"]
    assert f"function {recorded} was recorded when {expected} was expected" in lines["Example"]
    assert lines["Use instead"] == "returned 'order shipped'\n"
