"""Declarations, options and arguments that dbos refuses or ignores, and what the linter's own fixes make of them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from dbos_lint.fixes.mend import mend
from dbos_lint.settings import Settings
from tests.oracle.engine import PRELUDE, Completed, run_program

pytestmark = pytest.mark.oracle


class Program(NamedTuple):
    """What a program prints, or raises, ``before`` it is mended, and what it prints ``after`` that."""

    code: str
    text: str
    calls: str
    before: str
    after: list[str]


GREET = """
@DBOS.workflow()
def greet(name: str) -> str:
    return f"hello {name}"
"""
# Tries twice, and tells so.
FLAKY = """
tries = []


@DBOS.step({options})
def fetch(url: str) -> str:
    tries.append(url)
    if len(tries) < 2:
        raise ValueError("busy")
    return f"{url} after {len(tries)}"


@DBOS.workflow()
def crawl(url: str) -> str:
    return fetch(url)
"""
SCHEDULED = """
@DBOS.workflow()
def tidy(at, context):
    return None


def main() -> None:
    DBOS(config=config)
    DBOS.launch()
    {creates}
"""
# A program that is started twice, on one database.
STARTS = """
import os
config = {"name": "oracle-app", "system_database_url": os.environ["DBOS_SQLITE"], "log_level": "WARNING"}
"""
NO_ROUTE_STEP = "print(asyncio.run(ask()), len(DBOS.list_workflows()))"
CLASS = """
{decorator}
class Printer{base}:
    def __init__(self, name: str) -> None:
        {body}

    @DBOS.workflow()
    def work(self, job: str) -> str:
        return f"{{self.tray}}: {{job}}"


printer = Printer("a4")
"""
NOT_REGISTERED = "raised Exception: Function target appears to be a class instance, but is not properly registered"
NO_NAME = "raised Exception: Function target appears to be a class instance, but does not have `config_name` set"
FIND = "result = DBOS.start_workflow(printer.work, 'x').get_result(); print(result)"

PROGRAMS = [
    Program(
        "DBS112", GREET.replace("workflow()", "workflow"), "show(greet, 'Ann')", "TypeError", ["returned 'hello Ann'"]
    ),
    Program(
        "DBS112",
        GREET.replace("workflow()", 'workflow("gruss")'),
        "show(greet, 'Ann'); print(DBOS.list_workflows()[0].name)",
        "TypeError",
        ["returned 'hello Ann'", "gruss"],
    ),
    Program(
        "DBS112",
        STARTS + "\nDBOS(config=config)\n\n\n@DBOS.alert_handler()\ndef alarm(rule, message, details) -> None: ...\n",
        "print('launched')",
        "TypeError",
        ["launched"],
    ),
    Program(
        "DBS111",
        """
from fastapi import FastAPI
import asyncio, httpx

app = FastAPI()


@DBOS.workflow()
@app.get("/greet/{name}")
def greet(name: str) -> str:
    return f"hello {name}"


async def ask() -> str:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as client:
        return (await client.get("/greet/Ann")).json()
""",
        NO_ROUTE_STEP,
        "hello Ann 0",
        ["hello Ann 1"],
    ),
    Program(
        "DBS306",
        FLAKY.replace("{options}", "max_attempts=3, interval_seconds=0.01"),
        "show(crawl, 'a')",
        "raised ValueError: busy",
        ["returned 'a after 2'"],
    ),
    Program(
        "DBS308",
        FLAKY.replace("{options}", "retries_alowed=True, interval_seconds=0.01"),
        "show(crawl, 'a')",
        "TypeError",
        ["returned 'a after 2'"],
    ),
    Program(
        "DBS317",
        """
import sqlalchemy as sa

ds = SQLAlchemyDatasource.create("sqlite:///app.sqlite")
with ds.engine.begin() as made:
    made.execute(sa.text("create table notes (id integer primary key, text varchar)"))


@ds.transaction()
def note(text: str) -> int:
    session = ds.sql_session()
    session.execute(sa.text("insert into notes (text) values (:t)"), {"t": text})
    session.commit()
    return session.execute(sa.text("select count(*) from notes")).scalar_one()


@DBOS.workflow()
def flow(text: str) -> int:
    return note(text)
""",
        "show(flow, 'a')\n"
        "with ds.engine.connect() as seen: print(seen.execute(sa.text('select text from notes')).all())",
        "raised InvalidRequestError",
        ["returned 1", "[('a',)]"],
    ),
    Program(
        "DBS320",
        """
def shrink(image: str, width: int = 10) -> str:
    return f"{image}@{width}"


@DBOS.workflow()
def thumbnail(image: str) -> str:
    return DBOS.run_step(shrink, image)
""",
        "show(thumbnail, 'a', workflow_id='w'); print(recorded('w'))",
        "raised TypeError",
        ["returned 'a@10'", "['shrink']"],
    ),
    Program(
        "DBS320",
        """
def shrink(image: str, text: str = "") -> str:
    return f"{image}@{text}"


@DBOS.workflow()
def thumbnail(image: str) -> str:
    return DBOS.run_step({"name": "small"}, shrink(image, text="b"))
""",
        "show(thumbnail, 'a', workflow_id='w'); print(recorded('w'))",
        "raised ",
        ["returned 'a@b'", "['small']"],
    ),
    Program(
        "DBS407",
        f"""{GREET}

def start() -> str:
    with SetEnqueueOptions(priority="3"):
        handle = DBOS.enqueue_workflow("letters", greet, "Ann")
    return handle.workflow_id
""",
        "DBOS.register_queue('letters'); show(lambda: DBOS.list_workflows(workflow_ids=[start()])[0].priority)",
        "raised TypeError",
        ["returned 3"],
    ),
    Program(
        "DBS409",
        f"""{GREET}

def start() -> str:
    DBOS.register_queue("letters")
    return DBOS.enqueue_workflow(greet, "letters", "Ann").get_result(polling_interval_sec=0.05)
""",
        "show(start)",
        "raised ",
        ["returned 'hello Ann'"],
    ),
    Program(
        "DBS415",
        """
def start() -> object:
    queue = DBOS.register_queue("letters", worker_concurrency=2)
    queue.worker_concurrency = 5
    return DBOS.retrieve_queue("letters").worker_concurrency
""",
        "show(start)",
        "raised AttributeError",
        ["returned 5"],
    ),
    Program(
        "DBS601",
        CLASS.format(decorator="", base="(DBOSConfiguredInstance)", body="super().__init__(name); self.tray = name"),
        FIND,
        "not properly registered",
        ["a4: x"],
    ),
    Program(
        "DBS601",
        CLASS.format(decorator="", base="", body="self.tray = name"),
        FIND,
        "not properly registered",
        ["a4: x"],
    ),
    Program(
        "DBS602",
        CLASS.format(decorator="@DBOS.dbos_class()", base="", body="self.tray = name"),
        FIND,
        "config_name",
        ["a4: x"],
    ),
    Program(
        "DBS602",
        CLASS.format(decorator="@DBOS.dbos_class()", base="(DBOSConfiguredInstance)", body="self.tray = name"),
        FIND,
        "config_name",
        ["a4: x"],
    ),
    Program(
        "DBS604",
        """
@DBOS.dbos_class()
class Animal(DBOSConfiguredInstance):
    @DBOS.workflow()
    def feed(self, food: str) -> str:
        return food


@DBOS.dbos_class()
class Dog(Animal):
    sound = "wau"


rex = Dog("rex")
""",
        "show(rex.feed, 'bone')",
        "Exception",
        ["returned 'bone'"],
    ),
    Program(
        "DBS605",
        """
@DBOS.dbos_class()
class Parser:
    @DBOS.workflow()
    @classmethod
    def parse(cls, text: str) -> str:
        return f"{cls.__name__}: {text}"
""",
        "show(lambda: Parser.parse('a'))",
        "raised TypeError",
        ["returned 'Parser: a'"],
    ),
    Program(
        "DBS609",
        f"""{GREET}

def start(name: str) -> str:
    SetWorkflowID("letter-1")
    return DBOS.start_workflow(greet, name).workflow_id == "letter-1"
""",
        "show(start, 'Ann')",
        "returned False",
        ["returned True"],
    ),
    Program(
        "DBS609",
        f"""{GREET.replace("def greet", "async def greet")}

async def start(name: str) -> str:
    async with SetWorkflowID("letter-1"):
        return (await DBOS.start_workflow_async(greet, name)).workflow_id
""",
        "show(start, 'Ann')",
        "raised TypeError",
        ["returned 'letter-1'"],
    ),
    Program(
        "DBS611",
        f"""{GREET}

def start(name: str) -> str:
    with SetWorkflowID(17), SetWorkflowTimeout("60"):
        return DBOS.start_workflow(greet, name).workflow_id
""",
        "show(start, 'Ann')",
        "raised ",
        ["returned '17'"],
    ),
    Program(
        "DBS619",
        """
@DBOS.workflow()
def tidy(at, context):
    return None


def start() -> list[str]:
    DBOS.apply_schedules({"schedule_name": "nightly", "workflow_fn": tidy, "schedule": "0 0 * * *"})
    return [each["schedule_name"] for each in DBOS.list_schedules()]
""",
        "show(start)",
        "raised ",
        ["returned ['nightly']"],
    ),
    Program(
        "DBS949",
        GREET + "\ndef start() -> object:\n    return DBOS.strat_workflow(greet, 'Ann').get_result()\n",
        "show(start)",
        "raised AttributeError",
        ["returned 'hello Ann'"],
    ),
    Program(
        "DBS949",
        """
@DBOS.workflow()
def wait() -> object:
    return DBOS.recv("topic", timeout=0.01)
""",
        "show(wait)",
        "raised TypeError",
        ["returned None"],
    ),
    Program(
        "DBS802",
        f"""{GREET}

def start() -> object:
    handle = DBOS.enqueue_workflow_with_options(
        {{"workflow_name": "greet", "queue_name": "letters", "pririty": 4}}, "Ann"
    )
    return DBOS.list_workflows(workflow_ids=[handle.workflow_id])[0].priority
""",
        "DBOS.register_queue('letters'); show(start)",
        "returned 0",
        ["returned 4"],
    ),
]
HEAD = """from dbos import (
    DBOS, DBOSConfiguredInstance, SetEnqueueOptions, SetWorkflowID, SetWorkflowTimeout, SQLAlchemyDatasource,
)
"""


def fixed(program: str, code: str) -> str:
    """The program as ``--fix --unsafe-fixes`` leaves it, when only ``code`` is looked for."""
    settings = Settings(root="/project", select=(code,), fix=True, unsafe_fixes=True)
    result = mend(program.encode(), "/project/program.py", settings)
    assert {found.code for found in result.fixed} == {code}
    assert result.result.diagnostics == ()
    return result.after.decode()


def run(program: str, calls: str, *, launches: bool = True, database: Path | None = None) -> Completed:
    return run_program(f"{PRELUDE}{program}\n{'launch()' if launches else ''}\n{calls}\n", database=database)


@pytest.mark.parametrize("program", PROGRAMS, ids=[f"{each.code}-{index}" for index, each in enumerate(PROGRAMS)])
def test_what_is_mended_does_what_was_meant(program: Program) -> None:
    text = HEAD + program.text
    before = run(text, program.calls)
    assert program.before in before.stdout + before.stderr
    assert before.lines != program.after
    after = run(fixed(text, program.code), program.calls)
    assert after.lines == program.after, after.stderr


CREATES = 'DBOS.create_schedule(schedule_name="nightly", workflow_fn=tidy, schedule="0 0 * * *")'
LISTS = "show(main); print([each['schedule_name'] for each in DBOS.list_schedules()])"


def test_a_program_that_creates_its_schedule_starts_a_second_time(tmp_path: Path) -> None:
    text = HEAD + STARTS + SCHEDULED.replace("{creates}", CREATES)
    for folder, program, second in (("a", text, "raised DBOSException"), ("b", fixed(text, "DBS616"), "returned None")):
        (tmp_path / folder).mkdir()
        database = tmp_path / folder / "dbos.sqlite"
        first, again = (run(program, LISTS, launches=False, database=database) for _ in range(2))
        assert first.lines == ["returned None", "['nightly']"]
        assert again.lines[0].startswith(second)


LATER = """
DBOS(config=config)
DBOS.launch()
print(greet("Ann"))
"""
IMPORTS = "import importlib; importlib.import_module('program_itself'); print('imported')"


def test_who_imports_a_script_launches_nothing(tmp_path: Path) -> None:
    text = HEAD + STARTS + GREET + LATER
    for name, program, lines in (
        ("a", text, ["hello Ann", "imported"]),
        ("b", fixed(text, "DBS101"), ["imported"]),
    ):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "program_itself.py").write_text(program, "utf-8")
        assert run("", IMPORTS, launches=False, database=folder / "dbos.sqlite").lines == lines
        assert run(program, "", launches=False, database=folder / "dbos.sqlite").lines == ["hello Ann"]


POSITIONAL = 'DBOS(config)\nDBOS.launch()\nprint("launched")\n'


def test_a_configuration_by_name_is_taken() -> None:
    text = f"{HEAD}{STARTS}\ndef main() -> None:\n    " + POSITIONAL.replace("\n", "\n    ")
    assert "raised TypeError" in run(text, "show(main)", launches=False).stdout
    assert run(fixed(text, "DBS109"), "show(main)", launches=False).lines == ["launched", "returned None"]


def test_a_key_that_was_misspelt_counts() -> None:
    text = HEAD + STARTS.replace("log_level", "log_levle").replace("config = {", "config: DBOSConfig = {")
    text = text.replace("import (", "import (\n    DBOSConfig,") + "\nDBOS(config=config)\n"
    shows = "import logging; print(logging.getLogger('dbos').level == logging.WARNING)"
    assert run(text, f"DBOS.launch(); {shows}", launches=False).lines == ["False"]
    assert run(fixed(text, "DBS108"), f"DBOS.launch(); {shows}", launches=False).lines == ["True"]


CONTEXT = """
from contextlib import contextmanager


@contextmanager
def engine():
    DBOS(config=config)
    DBOS.launch()
    yield


def main() -> bool:
    with engine():
        pass
    try:
        DBOS.list_workflows()
    except Exception:
        return True
    return False
"""


def test_a_context_that_is_left_destroys_its_engine() -> None:
    text = HEAD + STARTS + CONTEXT
    assert run(text, "show(main)", launches=False).lines == ["returned False"]
    assert run(fixed(text, "DBS113"), "show(main)", launches=False).lines == ["returned True"]
