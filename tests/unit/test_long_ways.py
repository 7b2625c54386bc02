"""Ways that are longer than a trace tells, and than a stack is deep."""

from __future__ import annotations

from pathlib import Path

from dbos_lint.linter import FileResult, lint_source
from dbos_lint.settings import Settings

DEPTH = 300
HEAD = "import time\n\nfrom dbos import DBOS\n\n\n"
LINKS = "".join(f"def f{i}(given):\n    return f{i + 1}(given)\n\n\n" for i in range(DEPTH))
LAST = f"def f{DEPTH}(given):\n    return time.time()\n"
ROOT = "@DBOS.workflow()\ndef main(given):\n    if f0(given) > 5:\n        DBOS.sleep(1)\n"


def linted(root: Path, name: str) -> FileResult:
    settings = Settings(str(root), preset="all", dbos_version="3.4")
    return lint_source((root / name).read_bytes(), str(root / name), settings)


def test_the_first_and_the_last_functions_are_told(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(f"{HEAD}{LINKS}{LAST}\n\n{ROOT}", encoding="utf-8")
    found = next(each for each in linted(tmp_path, "app.py").diagnostics if each.code == "DBS201")
    labels = [step.label for step in found.trace]
    first = ["main", *(f"f{i}" for i in range(49))]
    last = [f"f{i}" for i in range(DEPTH - 49, DEPTH + 1)]
    assert labels == [*first, f"… {DEPTH + 2 - 100} more …", *last, "time.time()"]
    assert found.fix is not None  # only the workflow leads to it, 300 calls away


def test_a_long_way_through_another_file_ends_with_the_effect(tmp_path: Path) -> None:
    (tmp_path / "helpers.py").write_text(f"import time\n\n\n{LINKS}{LAST}", encoding="utf-8")
    (tmp_path / "app.py").write_text(f"{HEAD}from helpers import f0\n\n\n{ROOT}", encoding="utf-8")
    found = next(each for each in linted(tmp_path, "app.py").diagnostics if each.code == "DBS201")
    labels = [step.label for step in found.trace]
    assert labels == ["main", *(f"f{i}" for i in range(50)), f"… {DEPTH - 50} more …", f"f{DEPTH}", "time.time()"]


def test_one_other_caller_far_up_is_enough_for_no_fix(tmp_path: Path) -> None:
    other = "\n\n@DBOS.step()\ndef step(given):\n    return f0(given)\n"
    (tmp_path / "app.py").write_text(f"{HEAD}{LINKS}{LAST}\n\n{ROOT}{other}", encoding="utf-8")
    found = next(each for each in linted(tmp_path, "app.py").diagnostics if each.code == "DBS201")
    assert found.fix is None
