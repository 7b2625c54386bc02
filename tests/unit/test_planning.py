"""What a migration plans for a whole project: worked out once, and anew where a text has changed."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from dbos_lint.linter import FileResult, lint_source
from dbos_lint.semantics.program import Program
from dbos_lint.settings import Settings
from tests.growing import grows_with_the_text

HEAD = "import time\n\nfrom dbos import DBOS, Queue\n\n\n"
PARTS = {
    "queues": (
        "queue_{0} = Queue('q{0}', concurrency=1)\n\n\n"
        "@DBOS.workflow()\ndef w{0}(given):\n    queue_{0}.enqueue(w{0}, given)\n"
    ),
    "schedules": "@DBOS.scheduled('* * * * *')\n@DBOS.workflow()\ndef w{0}(due, now):\n    time.time()\n",
}
LAUNCH = "DBOS(config={'name': 'app'})\nDBOS.launch()\n"


def project(part: str, size: int) -> dict[str, str]:
    files = {f"m{number:03}.py": f"{HEAD}{part.format(number)}" for number in range(size)}
    return {**files, "app.py": HEAD + "".join(f"import {name[:-3]}\n" for name in files) + LAUNCH}


def planning(settings: Settings) -> Program:
    """A program that wants fixes which reach into other files."""
    program = Program(settings)
    program.project.mended_together = True
    return program


def lint(folder: Path, texts: dict[str, str]) -> dict[str, FileResult]:
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    settings = Settings(str(folder), preset="all", dbos_version="3.4")
    program = planning(settings)
    return {
        name: lint_source(text.encode(), str(folder / name), settings, program=program) for name, text in texts.items()
    }


@pytest.mark.once
@pytest.mark.parametrize("part", PARTS)
def test_work_grows_with_the_files_and_not_with_their_square(part: str, tmp_path: Path) -> None:
    numbers = count()

    assert grows_with_the_text(
        lambda size: project(PARTS[part], size), lambda texts: lint(tmp_path / str(next(numbers)), texts), size=16
    )


@pytest.mark.parametrize("part", PARTS)
def test_a_plan_is_made_anew_when_another_file_has_another_text(part: str, tmp_path: Path) -> None:
    texts = project(PARTS[part], 2)
    settings = Settings(str(tmp_path / "p"), preset="all", dbos_version="3.4")
    before = lint(tmp_path / "p", texts)
    program = planning(settings)
    paths = {name: str(tmp_path / "p" / name) for name in texts}
    for name, path in paths.items():
        lint_source(texts[name].encode(), path, settings, program=program)
    # In an editor, say: nothing of it is on the disk.
    texts["app.py"] = texts["app.py"].replace("DBOS.launch()", "print('no launch')")
    lint_source(texts["app.py"].encode(), paths["app.py"], settings, program=program)
    after = lint_source(texts["m000.py"].encode(), paths["m000.py"], settings, program=program)

    assert any(each.fix for each in before["m000.py"].diagnostics)
    assert [each for each in after.diagnostics if each.fix] == []
