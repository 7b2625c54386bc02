"""Functions that are given too many different objects to be followed with each: the rest of the file is judged, and
what becomes of a file depends on no other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import pytest

from dbos_lint.cache.findings import plain, result_of
from dbos_lint.linter import FileResult, lint_source
from dbos_lint.semantics import facts
from dbos_lint.semantics.program import Program
from dbos_lint.settings import Settings

MOST = 8


@pytest.fixture(autouse=True)
def few_variants(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "MOST_VARIANTS", MOST)


def turning(names: str) -> str:
    """A function that calls itself with its arguments in all orders, and runs the first."""
    swaps = [names[:i] + names[i + 1] + names[i] + names[i + 2 :] for i in range(len(names) - 1)]
    calls = "".join(f"    turn({', '.join(each)})\n" for each in swaps)
    return f"def turn({', '.join(names)}):\n    {names[0]}.run()\n{calls}\n\n"


def calling(classes: str) -> str:
    """Classes, and a workflow that gives an object of each to ``turn``."""
    made = "".join(f"class {name}:\n    def run(self):\n        time.sleep(1)\n\n\n" for name in classes)
    given = ", ".join(f"{name}()" for name in classes)
    return f"{made}@DBOS.workflow()\ndef main():\n    random.random()\n    turn({given})\n"


HEAD = "import random\nimport time\n\nfrom dbos import DBOS\n"
FILES = {
    "shared.py": turning("xyz"),
    "first.py": f"{HEAD}from shared import turn\n\n\n{calling('ABC')}",
    "second.py": f"{HEAD}from shared import turn\n\n\n{calling('DEF')}",
    "varied.py": f"{HEAD}\n\n{turning('wxyz')}{calling('ABCD')}",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def linted(root: Path, names: Sequence[str]) -> dict[str, FileResult]:
    """What is found in the files, one after the other, by one who remembers."""
    settings = Settings(str(root), preset="all", dbos_version="3.4")
    program = Program(settings)
    return {
        name: lint_source((root / name).read_bytes(), str(root / name), settings, program=program) for name in names
    }


def test_too_varied_objects_are_not_followed_and_it_is_told(project: Path) -> None:
    result = linted(project, ["varied.py"])["varied.py"]
    assert result.varied == "turn"
    labels = [found.trace[-1].label for found in result.diagnostics if found.trace]
    assert labels == ["random.random()"]
    assert FILES["varied.py"].splitlines()[result.unresolved[0] - 1] == "    w.run()"


def test_what_is_varied_in_several_files_is_followed_in_each(project: Path) -> None:
    results = linted(project, ["first.py", "second.py"])
    for name, result in results.items():
        labels = {found.trace[-1].label for found in result.diagnostics if found.trace}
        assert labels == {"random.random()", "time.sleep()"}, name
        assert not result.varied


def test_the_order_of_files_makes_no_difference(project: Path) -> None:
    names = ["first.py", "second.py", "varied.py"]
    alone = {name: linted(project, [name])[name] for name in names}
    for order in permutations(names):
        assert linted(project, order) == alone


def test_the_cache_keeps_it(project: Path) -> None:
    result = linted(project, ["varied.py"])["varied.py"]
    values = json.loads(json.dumps(plain(result)))
    assert result_of(result.filename, values, b"").varied == "turn"
