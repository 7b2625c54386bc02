"""What dbos makes of configurations: the facts behind DBS107 to DBS109 and DBS116."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbos_lint.catalog.config import refusal

from .engine import PRELUDE, page_program, run_program

pytestmark = pytest.mark.oracle

PROVES = {"DBS107", "DBS108", "DBS109", "DBS116"}

EXAMPLE, INSTEAD = "Example", "Use instead"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("DBS107", "Configuration must specify an application name"),
        ("DBS109", "Invalid app name Order Service."),
    ],
)
def test_page_does_not_start_and_its_mended_program_does(code: str, error: str) -> None:
    bad, good = run_program(page_program(code, EXAMPLE)), run_program(page_program(code, INSTEAD))

    assert bad.returncode == 1
    assert f"DBOSInitializationError: DBOS Error 3: Error initializing DBOS Transact: {error}" in bad.stderr
    assert good.returncode == 0, good.stderr


@pytest.mark.parametrize(("heading", "is_default"), [(EXAMPLE, True), (INSTEAD, False)])
def test_unknown_key_is_ignored_without_a_word(heading: str, is_default: bool, tmp_path: Path) -> None:
    setting = 'import os\nos.environ["DBOS_SYSTEM_DATABASE_URL"] = "sqlite:///meant.sqlite"\n'
    done = run_program(setting + page_program("DBS108", heading), database=tmp_path / "oracle.sqlite")

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "orders.sqlite").exists() is is_default
    assert (tmp_path / "meant.sqlite").exists() is not is_default
    assert "system_database_ulr" not in done.stderr


# Each is given to the real dbos, which refuses exactly those that the linter says it does.
GIVEN: dict[str, list[object]] = {
    "name": ["abc", "_3-letters_", "ab", "My App", "app!", "a" * 256, "a" * 257, "", "a.b.c", None],
    "log_level": ["INFO", "WARN", "FATAL", "NOTSET", "debug", "Info", "TRACE", "10", 10, "", None],
    "console_log_level": ["ERROR", "VERBOSE", "", None],
    "otlp_log_level": ["verbose", "INFO"],
    "notification_listener_polling_interval_sec": [0, 0.0005, 0.001, "1", None],
    "notification_coalesce_sec": [0, -1, 0.001],
    "kafka_queue_polling_interval_sec": [0, 0.001],
    "auto_upgrade_interval_sec": [0, -1, 0.001],
    "auto_upgrade_grace_sec": [0, -1],
    "scheduler_polling_interval_sec": [0, -1],
    "observability_query_timeout_sec": [0, -1],
    "system_database_url": [
        "",
        "sqlite:///app.sqlite",
        "sqlite",
        "sqlite:app.sqlite",
        "app.sqlite",
        "postgresql://host",
        "postgresql://host/",
        "postgresql:///app",
        "postgres://host/app",
        "postgresql+psycopg2://user@host/app",
    ],
}
VALUES = [(key, value) for key, values in GIVEN.items() for value in values]
TRY_ALL = """
import dbos._dbos
for key, value in VALUES:
    try:
        dbos._dbos.DBOS(config={"name": "oracle-app", "log_level": "ERROR", key: value})
    except Exception as error:
        print("refused", type(error).__name__)
    else:
        print("taken")
    dbos._dbos._dbos_global_instance = None
"""


def test_values_that_dbos_refuses_are_those_that_the_linter_names() -> None:
    done = run_program(f"VALUES = {VALUES!r}\n{TRY_ALL}")

    verdicts = [line for line in done.lines if line.startswith(("refused", "taken"))]
    assert len(verdicts) == len(VALUES), done.stderr
    refused = {case for case, verdict in zip(VALUES, verdicts, strict=True) if verdict.startswith("refused")}
    assert refused == {case for case in VALUES if refusal(*case, (3, 4)) is not None}


@pytest.mark.parametrize("scheme", ["mysql", "mongodb", "http"])
def test_whatever_is_not_sqlite_is_spoken_to_as_postgres(scheme: str) -> None:
    url = f"{scheme}://user:password@127.0.0.1:1/app"
    done = run_program(PRELUDE + f"show(lambda: launch(system_database_url={url!r}))\n", timeout=90)

    assert refusal("system_database_url", url, (3, 4)) is not None
    assert "OperationalError: (psycopg.OperationalError)" in done.stdout, done.stderr


def test_configuration_by_position_is_refused() -> None:
    done = run_program(PRELUDE + 'show(lambda: _dbos.DBOS({"name": "oracle-app"}))\n')

    assert done.lines == ["raised TypeError: DBOS.__new__() takes 1 positional argument but 2 were given"]


VERSIONED = """
from dbos import DBOS

@DBOS.step()
def charge():
    return {amount}

@DBOS.workflow()
def pay():
    # {comment}
    return charge()

launch({given})
print(DBOS.application_version)
"""


def version(amount: int, comment: str, given: str = "application_version=None") -> str:
    done = run_program(PRELUDE + VERSIONED.format(amount=amount, comment=comment, given=given))
    assert len(done.lines) == 1, done.stderr
    return done.lines[0]


def test_version_follows_comments_of_workflows_but_not_the_work_of_steps() -> None:
    first = version(1, "pays")

    assert version(1, "pays at once") != first
    assert version(2, "pays") == first
    assert version(1, "pays", 'application_version="7"') == version(1, "pays at once", 'application_version="7"') == "7"
