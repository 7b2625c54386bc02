"""A fix that reaches into other files is composed for ``upgrade`` only; what a check shows is the same either way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dbos_lint.choice import fix_of
from dbos_lint.consulted import FOUND
from dbos_lint.diagnostic import Diagnostic
from dbos_lint.linter import lint_source
from dbos_lint.semantics.program import Program
from dbos_lint.settings import Settings
from tests.upgraded import all_cases

QUEUE = "from dbos import Queue\nmail = Queue('mail')\n"
SCHEDULE = "from dbos import DBOS\n@DBOS.scheduled('* * * * *')\n@DBOS.workflow()\ndef tick(planned, actual): ...\n"
MAIN = "from dbos import DBOS\nimport jobs\ndef main() -> None:\n    DBOS.launch()\n"


def findings(program: Program, paths: list[Path]) -> Iterator[Diagnostic]:
    for path in paths:
        result = lint_source(path.read_bytes(), str(path), program.project.settings, program=program)
        yield from result.diagnostics


def test_a_check_shows_the_same_fixes() -> None:
    shown = reaching = 0
    for case in all_cases():
        paths = sorted(case.before.rglob("*.py"))
        check, upgrade = (Program(Settings(str(case.before))) for _ in range(2))
        upgrade.project.mended_together = True
        checked, upgraded = list(findings(check, paths)), list(findings(upgrade, paths))
        assert [each._replace(fix=fix_of(each), by_hand="") for each in checked] == [
            each._replace(fix=fix_of(each), by_hand="") for each in upgraded
        ]
        shown += sum(fix_of(each) is not None for each in checked)
        reaching += sum(each.fix is not None and bool(each.fix.elsewhere) for each in upgraded)
    assert shown
    assert reaching


def test_a_check_of_what_is_launched_elsewhere_reads_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(MAIN, "utf-8")
    for name, text in (("queue", QUEUE), ("schedule", SCHEDULE)):
        (tmp_path / "jobs.py").write_text(text, "utf-8")
        rests = {}
        for together in (False, True):
            program = Program(Settings(str(tmp_path), select=("DBS9",)))
            program.project.mended_together = together
            fixes = [each.fix for each in findings(program, [tmp_path / "jobs.py"])]
            assert [fix is not None for fix in fixes] == [together], name
            rests[together] = program.project.consulted.take().led[FOUND + str(tmp_path / "jobs.py")]
        assert rests[False] < rests[True], name
