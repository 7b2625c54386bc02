"""What happens in tests of programs that use dbos: the programs of the pages are run by pytest itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from .engine import PRELUDE, Completed, page_program, run_program

pytestmark = pytest.mark.oracle

PROVES = {"DBS701", "DBS702", "DBS704", "DBS705"}

EXAMPLE, INSTEAD = "Example", "Use instead"
PYTEST = 'import pytest, sys\nsys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "test_page.py"]))\n'


def run_tests(code: str, heading: str, tests: str, folder: Path) -> Completed:
    """Let pytest run the program of a page, with ``tests`` below it."""
    (folder / "test_page.py").write_text(page_program(code, heading) + tests, encoding="utf-8")
    return run_program(PYTEST, database=folder / "oracle.sqlite")


# Which database a workflow is recorded in: that of the configuration, or that of an instance from before.
SECOND_INSTANCE = """

@DBOS.workflow()
def work() -> None:
    pass


def test_first(engine: None) -> None:
    work()


def test_second() -> None:
    DBOS(config={"name": "other", "system_database_url": "sqlite:///other.sqlite"})
    DBOS.launch()
    work()
    DBOS.destroy()
"""


@pytest.mark.parametrize(("heading", "counts"), [(EXAMPLE, False), (INSTEAD, True)])
def test_engine_that_a_test_leaves_running_is_the_one_of_the_next(heading: str, counts: bool, tmp_path: Path) -> None:
    done = run_tests("DBS701", heading, SECOND_INSTANCE, tmp_path)

    assert "2 passed" in done.stdout, done.stdout
    assert (tmp_path / "other.sqlite").exists() is counts


NOTHING = "\n\ndef test_nothing(engine: None) -> None:\n    pass\n"


def test_reset_after_launch_raises(tmp_path: Path) -> None:
    bad, good = (run_tests("DBS702", heading, NOTHING, tmp_path) for heading in (EXAMPLE, INSTEAD))

    assert "AssertionError: The system database cannot be reset after DBOS is launched." in bad.stdout
    assert "1 passed" in good.stdout, good.stdout


RESET = """
from dbos import DBOS

@DBOS.workflow()
def work():
    pass

config = {"name": "oracle-app", "system_database_url": _os.environ["DBOS_SQLITE"], "log_level": "WARNING"}
DBOS(config=config)
DBOS.launch()
work()
DBOS.destroy()
"""


@pytest.mark.parametrize(
    ("reset", "left", "warned"),
    [
        ("DBOS.reset_system_database(); DBOS(config=config)", 1, True),
        ("DBOS(config=config); DBOS.reset_system_database()", 0, False),
        (
            "DBOS.reset_system_database(system_database_url=config['system_database_url']); DBOS(config=config)",
            0,
            False,
        ),
    ],
    ids=["before the instance", "after it", "by its URL"],
)
def test_reset_needs_an_instance_or_a_url(reset: str, left: int, warned: bool) -> None:
    done = run_program(PRELUDE + RESET + f"{reset}\nDBOS.launch()\nprint(len(DBOS.list_workflows()))\n")

    assert done.lines == [str(left)], done.stderr
    warning = "reset_system_database has no effect because global DBOS object does not exist"
    assert (warning in done.stderr) is warned


def test_destroyed_registry_loses_the_workflows_of_imported_modules(tmp_path: Path) -> None:
    bad, good = (run_tests("DBS704", heading, "", tmp_path) for heading in (EXAMPLE, INSTEAD))

    assert "1 failed, 1 passed" in bad.stdout
    assert "DBOSException: DBOS Error: System database accessed before DBOS was launched" in bad.stdout
    assert "2 passed" in good.stdout, good.stdout


QUEUED = """
import time
from dbos import DBOS

@DBOS.workflow()
def checkout():
    return "receipt"

launch()
DBOS.destroy(destroy_registry=True)
launch()
DBOS.register_queue("orders", polling_interval_sec=0.05)
DBOS.enqueue_workflow("orders", checkout)
time.sleep(2)
print([each.status for each in DBOS.list_workflows()])
"""


def test_queue_does_not_find_a_workflow_of_a_destroyed_registry() -> None:
    lost = run_program(PRELUDE + QUEUED)
    kept = run_program(PRELUDE + QUEUED.replace("destroy_registry=True", ""))

    assert lost.lines == ["['PENDING']"], lost.stderr
    assert "checkout is not a registered workflow function" in lost.stderr
    assert kept.lines == ["['SUCCESS']"], kept.stderr


@pytest.mark.parametrize(
    ("heading", "module", "line"),
    [(EXAMPLE, "example", "raised AssertionError: "), (INSTEAD, "mended", "returned None")],
)
def test_patch_of_a_step_is_seen_where_it_is_looked_up(heading: str, module: str, line: str, tmp_path: Path) -> None:
    (tmp_path / f"{module}.py").write_text(page_program("DBS705", heading), encoding="utf-8")

    done = run_program(
        PRELUDE + f"import {module}\nlaunch()\nshow({module}.check_greeting)\n", database=tmp_path / "oracle.sqlite"
    )

    assert done.lines == [line], done.stderr


@pytest.mark.parametrize(("name", "line"), [("steps.send", "returned 'sent'"), ("flows.send", "returned 'patched'")])
def test_patch_of_a_step_that_was_imported_by_name(name: str, line: str, tmp_path: Path) -> None:
    (tmp_path / "steps.py").write_text(
        "from dbos import DBOS\n\n@DBOS.step()\ndef send():\n    return 'sent'\n", "utf-8"
    )
    flows = "from dbos import DBOS\nfrom steps import send\n\n@DBOS.workflow()\ndef greet():\n    return send()\n"
    (tmp_path / "flows.py").write_text(flows, "utf-8")
    patch = f"import flows\nfrom unittest.mock import patch\nlaunch()\nwith patch({name!r}, return_value='patched'):\n"

    done = run_program(PRELUDE + patch + "    show(flows.greet)\n", database=tmp_path / "oracle.sqlite")

    assert done.lines == [line], done.stderr
