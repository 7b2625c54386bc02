"""A rule that raises: it is told of, it costs nothing but what it would have found, and spoils no other file."""

from __future__ import annotations

import ast
import gc
import re
import weakref
from pathlib import Path
from typing import Any

import pytest

from dbos_lint.configuration import Configuration
from dbos_lint.fixes.mend import mend
from dbos_lint.linter import FileResult, lint_source
from dbos_lint.rules.comm.answers import Answers
from dbos_lint.rules.visitor import Here
from dbos_lint.rules.workflow.effects import Effects
from dbos_lint.rules.workflow.names import Declarations
from dbos_lint.runner import run
from dbos_lint.semantics import collect as collecting
from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.summary import Function
from dbos_lint.serial import Linter, Task
from dbos_lint.settings import Settings

ROOT = Path(__file__).parent / "fixtures"
PROGRAM = """\
import time

from dbos import DBOS


@DBOS.workflow()
def nightly(day: str) -> float:
    time.sleep(2)
    return time.time()


@DBOS.workflow()
def never():
    DBOS.sleep(1)
    return time.time()
"""
SELECTED = Settings(root=str(ROOT), select=("DBS2", "DBS002"))


def lint(text: str = PROGRAM, settings: Settings = SELECTED) -> FileResult:
    return lint_source(text.encode(), str(ROOT / "app.py"), settings)


def codes(result: FileResult) -> list[tuple[int, str]]:
    return [(found.start.row, found.code) for found in result.diagnostics]


def failing(*arguments: object) -> None:
    raise KeyError("a fault")


def test_a_rule_that_raises_is_named_with_its_place_and_the_others_still_find(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = codes(lint())
    assert whole == [(8, "DBS213"), (9, "DBS201"), (15, "DBS201")]

    def fail(visitor: Declarations, node: ast.FunctionDef, function: Function) -> None:
        if node.name == "never":
            failing()

    monkeypatch.setattr(Declarations, "visit_FunctionDef", fail, raising=False)
    fail.__module__ = Declarations.__module__
    result = lint()
    assert codes(result) == [(8, "DBS213"), (9, "DBS201"), (13, "DBS001"), (15, "DBS201")]
    assert result.diagnostics[2].message == (
        "file is not linted by workflow/names (DBS223, DBS226): dbos-lint itself failed on it (KeyError); "
        "please report this with the output of --debug"
    )
    (traceback,) = result.tracebacks
    assert "KeyError: 'a fault'" in traceback


def test_no_comment_hides_a_fault_and_none_is_called_unused_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    noqa = PROGRAM.replace("time.sleep(2)", "time.sleep(2)  # noqa: DBS213").replace(
        "import time", "import time  # noqa: DBS201"
    )
    assert codes(lint(noqa)) == [(1, "DBS002"), (9, "DBS201"), (15, "DBS201")]
    monkeypatch.setattr(Effects, "visit_effect", failing)
    assert codes(lint(noqa)) == [(8, "DBS001"), (9, "DBS201"), (15, "DBS201")]


def test_a_fault_that_hits_many_rules_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Here, "contexts", property(failing))
    result = lint()
    assert [found.code for found in result.diagnostics] == ["DBS001"]
    assert " more: dbos-lint itself failed on it (KeyError)" in result.diagnostics[0].message
    assert len(result.tracebacks) == 1


@pytest.mark.parametrize("error", [RecursionError, MemoryError])
def test_a_rule_that_meets_a_limit_is_like_one_that_raises(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise error

    fail.__module__ = Effects.__module__
    monkeypatch.setattr(Effects, "visit_effect", fail)
    found, *others = lint().diagnostics
    assert [each.code for each in others] == ["DBS201", "DBS201"]
    words = "it nests too deeply" if error is RecursionError else "there is not enough memory"
    assert found.start.row == 8
    assert "DBS213" in found.message
    assert re.fullmatch(rf"file is not linted by workflow/effects \([DBS0-9, ]+\): {re.escape(words)}.*", found.message)


def test_a_visitor_that_cannot_be_made_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Answers, "__init__", failing)
    result = lint()
    assert codes(result) == [(1, "DBS001"), (8, "DBS213"), (9, "DBS201"), (15, "DBS201")]
    assert "by comm/answers (DBS505):" in result.diagnostics[0].message


def test_a_fault_outside_of_the_rules_is_a_finding_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dbos_lint.semantics.collect.collect", failing)
    result = lint()
    assert codes(result) == [(1, "DBS001")]
    assert result.diagnostics[0].message.startswith("file is not linted: dbos-lint itself failed on it (KeyError)")
    assert result.tracebacks


def test_where_dbs001_is_ignored_a_fault_still_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Effects, "visit_effect", failing)
    result = lint(settings=Settings(root=str(ROOT), select=("DBS2",), ignore=("DBS001",)))
    assert codes(result) == [(9, "DBS201"), (15, "DBS201")]
    assert result.tracebacks


def test_a_file_in_which_a_rule_raises_is_not_mended_and_is_told_why(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = SELECTED._replace(fix=True, unsafe_fixes=True)
    path = str(ROOT / "app.py")
    assert mend(PROGRAM.encode(), path, settings).fixed
    monkeypatch.setattr(Declarations, "visit_FunctionDef", failing, raising=False)
    left = mend(PROGRAM.encode(), path, settings)
    assert (left.after, left.fixed) == (PROGRAM.encode(), ())
    assert {each.reason.partition(",")[0] for each in left.dropped} == {"a rule fails in this file"}


def test_a_fault_in_one_file_spoils_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.py").write_text(PROGRAM, encoding="utf-8")
    real = Effects.visit_effect

    def fail(visitor: Effects, reached: object) -> None:
        if visitor.here.module.path.endswith("b.py"):
            failing()
        real(visitor, reached)

    monkeypatch.setattr(Effects, "visit_effect", fail)
    result = run([str(tmp_path)], Configuration(str(tmp_path)))
    found = [[diagnostic.code for diagnostic in file.diagnostics] for file in result.files]
    assert found == [["DBS213", "DBS201", "DBS201"], ["DBS001", "DBS201", "DBS201"], ["DBS213", "DBS201", "DBS201"]]
    assert [Path(crash.filename).name for crash in result.crashes] == ["b.py"]


def test_what_is_forgotten_for_a_fault_is_let_go_and_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(25):
        (tmp_path / f"app_{number}.py").write_text(f"import shared\n{PROGRAM}", encoding="utf-8")
    (tmp_path / "shared.py").write_text(PROGRAM, encoding="utf-8")
    monkeypatch.setattr(Effects, "visit_effect", failing)
    made: list[weakref.ref[Analysis]] = []
    collected: list[str] = []
    at_once = 0

    def remember(analysis: Analysis, *arguments: Any) -> None:
        nonlocal at_once
        made.append(weakref.ref(analysis))
        at_once = max(at_once, sum(each() is not None for each in made))
        initialise(analysis, *arguments)

    def count(tree: ast.Module, path: str, *rest: Any) -> Any:
        collected.append(path)
        return collect(tree, path, *rest)

    initialise, collect = Analysis.__init__, collecting.collect
    monkeypatch.setattr(Analysis, "__init__", remember)
    monkeypatch.setattr(collecting, "collect", count)
    settings = Settings(root=str(tmp_path), select=("DBS2",))
    tasks = [Task(str(path), settings, len(PROGRAM)) for path in sorted(tmp_path.glob("*.py"))]
    gc.disable()
    try:
        results = Linter(tasks).files(tasks)
    finally:
        gc.enable()
    assert all(result.tracebacks for result in results)
    assert len(made) == len(tasks) == len(collected) == len(set(collected))
    assert at_once <= 12
