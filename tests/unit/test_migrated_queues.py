"""Why queues and schedules are left to a person: each reason where it is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbos_lint.linter import lint_source
from dbos_lint.semantics.program import Program
from dbos_lint.settings import Settings

QUEUE = "jobs = Queue('jobs')\n"
LAUNCH = "def main() -> None:\n    DBOS.launch()\n"


def answers(folder: Path, files: dict[str, str]) -> dict[str, str]:
    """What is said of each finding of a migration, by where it stands: a reason, or the title of a fix."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    settings = Settings(root=str(folder))
    program = Program(settings)
    program.project.mended_together = True
    found = {}
    for name in sorted(files):
        result = lint_source((folder / name).read_bytes(), str(folder / name), settings, program=program)
        for each in result.diagnostics:
            if each.code in ("DBS952", "DBS953"):
                found[f"{name}:{each.start.row}"] = each.by_hand or (each.fix.title if each.fix else "")
    return found


HEAD = "from dbos import DBOS, Queue\n"


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        ("", "is registered"),
        ("jobs.concurrency = 3\n", "its 'concurrency' is used (main.py:5)"),
        ("print(jobs)\n", "the object is handed on (main.py:5)"),
        ("print([jobs])\n", "the object is handed on (main.py:5)"),
        ("more = jobs\n", "the object is handed on (main.py:5)"),
        ("del jobs\n", "'jobs' is bound more than once in main.py"),
        ("def again() -> None:\n    global jobs\n    jobs = None\n", "'jobs' is bound more than once in main.py"),
        ("class Jobs:\n    jobs = 3\n", "the class 'Jobs' has a 'jobs' of its own"),
        ("def own(jobs: int) -> int:\n    return [jobs for jobs in [jobs]][0]\n", "is registered"),
        ("own = [jobs for jobs in (1, 2)]\nother = lambda jobs: jobs + 1\n", "is registered"),
        ("print(f'{jobs.name}')\n", "it stands in an f-string (main.py:5)"),
        ("patched = 'main.jobs'\n", "the string 'main.jobs' in main.py names it"),
        ("__all__ = ['jobs']\n", "'jobs' is listed in __all__ of main.py"),
        ("jobs.enqueue()\n", "its arguments stand in an odd place (main.py:5)"),
        ("later = jobs.enqueue\n", "its 'enqueue' is used (main.py:5)"),
        ("async def run() -> None:\n    main()\n", "may run in an event loop, in the synchronous 'main'"),
        ("starts = [main]\n", "'main', which calls DBOS.launch(), is handed on"),
        ("import click\nclick.command()(print)\n", "is registered"),
    ],
)
def test_a_queue_of_one_file(rest: str, reason: str, tmp_path: Path) -> None:
    found = answers(tmp_path, {"main.py": f"{HEAD}{QUEUE}{LAUNCH}{rest}"})
    wanted = "register the queue 'jobs' behind DBOS.launch()" if reason == "is registered" else reason
    assert wanted in found["main.py:2"]


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        ("Queue('jobs', 1, None, 2)", "it has more arguments than a queue takes"),
        ("Queue(*['jobs'])", "not all of its arguments are written down"),
        ("Queue(name='jobs', concurrency=1, global_concurrency=2)", "it has one limit twice"),
        ("Queue('jobs', application_name='a')", "DBOS.register_queue has no 'application_name'"),
        ("Queue('jobs', (lambda: 3)())", "cannot be moved to DBOS.launch()"),
        ("Queue(concurrency=3)", "it has no name"),
        ("Queue(str(3))", "its name is made at run time"),
    ],
)
def test_how_a_queue_is_made(made: str, reason: str, tmp_path: Path) -> None:
    assert reason in answers(tmp_path, {"main.py": f"{HEAD}jobs = {made}\n{LAUNCH}"})["main.py:2"]


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"main.py": f"from queues import jobs\n{HEAD}{LAUNCH}"}, "is registered"),
        ({"main.py": f"import queues as lines\n{HEAD}{LAUNCH}    print(lines.jobs.name)\n"}, "is registered"),
        ({"main.py": f"from queues import *\n{HEAD}{LAUNCH}    print(jobs.name)\n"}, "is registered"),
        ({"main.py": f"from queues import *\n{HEAD}{LAUNCH}    print(jobs)\n"}, "the object is handed on (main.py:5)"),
        ({"main.py": f"import queues\n{HEAD}{LAUNCH}queues.jobs = None\n"}, "main.py sets 'queues.jobs'"),
        ({"main.py": f"{HEAD}{LAUNCH}"}, "no DBOS.launch() of a program that imports it is seen"),
        (
            {
                "main.py": f"{HEAD}import queues\n{LAUNCH}",
                "app.py": "from queues import jobs as line\nprint(line.limiter)\n",
            },
            "its 'limiter' is used (app.py:2)",
        ),
        (
            {"main.py": f"{HEAD}{LAUNCH}    from queues import jobs\n    print(jobs.name)\n"},
            "is registered",
        ),
        (
            {"main.py": f"{HEAD}{LAUNCH}    from queues import jobs, other\n    print(jobs.name, other)\n"},
            "it is imported inside a function (main.py:4)",
        ),
        (
            {
                "conftest.py": f"import pytest\n{HEAD}@pytest.fixture\ndef engine() -> None:\n    DBOS.launch()\n",
                "test_it.py": "from queues import jobs\ndef test_it(engine: None) -> None:\n    print(jobs.name)\n",
            },
            "is registered",
        ),
    ],
)
def test_a_queue_of_another_file(files: dict[str, str], reason: str, tmp_path: Path) -> None:
    found = answers(tmp_path, {"queues.py": f"{HEAD}{QUEUE}other = 3\n", **files})
    wanted = "register the queue 'jobs' behind DBOS.launch()" if reason == "is registered" else reason
    assert wanted in found["queues.py:2"]


def test_the_import_that_makes_workflows_known_stays(tmp_path: Path) -> None:
    jobs = f"{HEAD}{QUEUE}@DBOS.workflow()\ndef job() -> None: ...\n"
    alone = answers(tmp_path / "alone", {"jobs.py": jobs, "main.py": f"{HEAD}from jobs import jobs\n{LAUNCH}"})
    assert "its import is what makes its workflows known (main.py:2)" in alone["jobs.py:2"]
    both = answers(tmp_path / "both", {"jobs.py": jobs, "main.py": f"{HEAD}from jobs import jobs, job\n{LAUNCH}"})
    assert "register the queue" in both["jobs.py:2"]


TICK = """\
from dbos import DBOS
@DBOS.scheduled("* * * * *")
@DBOS.workflow()
def tick(planned, actual): ...
"""


@pytest.mark.parametrize(
    ("main", "reason"),
    [
        ("from dbos import DBOS\nimport jobs\n", ""),
        ("from dbos import DBOS\nfrom jobs import tick as tack\n", ""),
        ("from dbos import DBOS\nimport other\n", ""),
        ("from dbos import DBOS\nfrom jobs import *\n", ""),
        ("from dbos import DBOS\nimport jobs\njobs = 3\n", "'jobs.tick' may be something else at main.py:5"),
        ("from dbos import DBOS\nfrom jobs import wait\ntick = 3\n", "'tick' is something else at main.py:5"),
    ],
)
def test_a_schedule_of_another_file(main: str, reason: str, tmp_path: Path) -> None:
    files = {"jobs.py": f"{TICK}wait = 3\n", "other.py": "import jobs\n", "main.py": f"{main}{LAUNCH}"}
    found = answers(tmp_path, files)["jobs.py:2"]
    assert (reason or "apply the schedules behind DBOS.launch()") in found


def test_a_launch_that_the_workflow_imports_cannot_import_it(tmp_path: Path) -> None:
    files = {"jobs.py": f"import engine\n{TICK}", "engine.py": f"from dbos import DBOS\n{LAUNCH}"}
    reason = "the file of DBOS.launch() (engine.py:3) is imported by the one of the workflow"
    assert answers(tmp_path, files)["jobs.py:3"] == reason


def test_a_module_of_a_package_that_is_imported_by_its_whole_name(tmp_path: Path) -> None:
    files = {"app/__init__.py": "", "app/jobs.py": TICK, "main.py": f"from dbos import DBOS\nimport app.jobs\n{LAUNCH}"}
    assert "apply the schedules" in answers(tmp_path, files)["app/jobs.py:2"]
    files = {"app/__init__.py": "", "app/jobs.py": f"{HEAD}{QUEUE}", "main.py": f"{HEAD}import app.jobs\n{LAUNCH}"}
    assert "register the queue" in answers(tmp_path / "queue", files)["app/jobs.py:2"]
