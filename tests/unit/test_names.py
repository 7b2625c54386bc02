"""The names of a project: which there are, on which side, and in which of its files."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

import pytest

from dbos_lint import configuration
from dbos_lint.catalog.names import ASKS, OFFERS, QUEUE, SCHEDULE, STREAM, TOPIC, WORKFLOW
from dbos_lint.linter import lint_source
from dbos_lint.semantics.closest import closest
from dbos_lint.semantics.program import Program
from dbos_lint.semantics.told import Known
from dbos_lint.settings import Settings
from tests.growing import grows_with_the_text

IMPORT = "from dbos import DBOS, DBOSClient, EnqueueOptions, Queue, SendMessage\n"


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def known(folder: Path, kind: str, files: dict[str, str]) -> Known:
    """The names of ``kind`` in a project of ``files``, which import dbos; asked for the first of them."""
    write(folder, {"pyproject.toml": "[tool.dbos-lint]\n", **{name: IMPORT + text for name, text in files.items()}})
    first = folder / next(iter(files))
    program = Program(configuration.load(first))
    linted = program.linted(str(first), first.read_bytes())
    assert isinstance(linted, tuple)
    return program.analysis.names.known(kind, linted[1].summary)


@pytest.mark.parametrize(
    ("kind", "text", "offered", "asked"),
    [
        (QUEUE, 'DBOS.register_queue("a")', {"a"}, set()),
        (QUEUE, 'Queue("a", 5)', {"a"}, set()),
        (QUEUE, 'def f(client: DBOSClient):\n    client.register_queue(name="a")', {"a"}, set()),
        (QUEUE, 'DBOS.enqueue_workflow("a", f)', set(), {"a"}),
        (QUEUE, 'DBOS.enqueue_workflow(queue_name="a", func=f)', set(), {"a"}),
        (QUEUE, 'DBOS.listen_queues(["a", "b"])', set(), {"a", "b"}),
        (QUEUE, 'DBOS.enqueue_workflow_with_options({"queue_name": "a"})', set(), {"a"}),
        (QUEUE, 'o: EnqueueOptions = {"queue_name": "a"}\nDBOS.enqueue_workflow_with_options(o)', set(), {"a"}),
        (QUEUE, 'DBOS.apply_schedules([{"schedule_name": "s", "queue_name": "a"}])', set(), {"a"}),
        (SCHEDULE, 'DBOS.apply_schedules([{"schedule_name": "s"}])\nDBOS.get_schedule("t")', {"s"}, {"t"}),
        (TOPIC, 'DBOS.send(i, m, "t")\nDBOS.send(i, m)\nSendMessage(i, m, "u")\nDBOS.recv("v")', {"v"}, {"t", "u"}),
        (STREAM, 'DBOS.write_stream("s", 1)\nDBOS.read_stream(i, "r")', {"s"}, {"r"}),
        (WORKFLOW, "@DBOS.workflow()\ndef f(): ...", {"f"}, set()),
        (WORKFLOW, '@DBOS.workflow(name="g")\ndef f(): ...', {"g"}, set()),
        (WORKFLOW, "class C:\n    @staticmethod\n    @DBOS.workflow()\n    def f(): ...", {"C.f"}, set()),
        (WORKFLOW, 'DBOS.enqueue_workflow_with_options({"workflow_name": "f"})', set(), {"f"}),
        # What the text does not resolve still tells that there is such a name.
        (QUEUE, 'def f(engine):\n    engine.register_queue("a")', {"a"}, set()),
        (TOPIC, "def f(socket):\n    socket.recv(1024)\n    socket.send(data)", set(), set()),
    ],
)
def test_names_by_kind(kind: str, text: str, offered: set[str], asked: set[str], tmp_path: Path) -> None:
    found = known(tmp_path, kind, {"app.py": text})
    assert (set(found.offered), set(found.asked), found.open) == (offered, asked, frozenset())


@pytest.mark.parametrize(
    ("kind", "text", "open"),
    [
        (QUEUE, "def f(name):\n    DBOS.register_queue(name)", {OFFERS}),
        (QUEUE, "def f(name):\n    DBOS.enqueue_workflow(name, g)", {ASKS}),
        (QUEUE, "def f(options):\n    DBOS.register_queue(**options)", {OFFERS}),
        (QUEUE, 'DBOS.listen_queues(["a", name()])', {ASKS}),
        (QUEUE, 'o = {"queue_name": "a"}\no["queue_name"] = b()\nDBOS.enqueue_workflow_with_options(o)', {ASKS}),
        (TOPIC, "def f(dbos, topic):\n    dbos.recv(topic)", {OFFERS}),
        (WORKFLOW, "@DBOS.workflow(name=name())\ndef f(): ...", {OFFERS}),
    ],
)
def test_names_that_are_made_at_run_time_leave_a_side_open(
    kind: str, text: str, open: set[str], tmp_path: Path
) -> None:
    assert known(tmp_path, kind, {"app.py": text}).open == open


def test_all_files_of_the_project_count_and_no_others(tmp_path: Path) -> None:
    register = 'DBOS.register_queue("{}")'
    write(tmp_path, {".git/HEAD": "", ".gitignore": "ignored/\n", "other/dbos-lint.toml": ""})
    files = ("app.py", "src/a.py", "tests/b.py", "ignored/c.py", "venv/d.py", "node_modules/e.py", "other/f.py")
    found = known(tmp_path, QUEUE, {name: register.format(Path(name).stem) for name in files})
    assert set(found.offered) == {"app", "a", "b"}


def test_files_that_do_not_name_dbos_count_when_they_lead_to_it(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "near.py": 'from engine import DBOS\nDBOS.register_queue("near")\n',
            "far.py": 'import registry\nregistry.register_queue("far")\n',
        },
    )
    found = known(tmp_path, QUEUE, {"app.py": 'DBOS.enqueue_workflow("a", f)', "engine.py": ""})
    assert set(found.offered) == {"near"}


def test_a_file_that_no_walk_finds_counts_for_itself(tmp_path: Path) -> None:
    files = {"venv/app.py": 'DBOS.enqueue_workflow("a", f)', "queues.py": 'DBOS.register_queue("b")'}
    found = known(tmp_path, QUEUE, files)
    assert (set(found.offered), set(found.asked)) == ({"b"}, {"a"})


def test_a_text_that_differs_from_the_disk_counts_as_it_is(tmp_path: Path) -> None:
    enqueue = IMPORT + '@DBOS.workflow()\ndef f(): ...\ndef g():\n    DBOS.enqueue_workflow("mails", f)\n'
    register = IMPORT + 'def h():\n    DBOS.register_queue("{}", worker_concurrency=1)\n'
    write(
        tmp_path,
        {"pyproject.toml": "[tool.dbos-lint]\n", "app.py": enqueue, "queues.py": register.format("mails")},
    )
    app, queues = tmp_path / "app.py", tmp_path / "queues.py"
    settings = configuration.load(app)
    program = Program(settings)

    def codes(path: Path, text: str) -> list[str]:
        return [each.code for each in lint_source(text.encode(), str(path), settings, program=program).diagnostics]

    assert codes(app, enqueue) == []
    assert codes(queues, register.format("letters")) == []
    assert codes(app, enqueue) == ["DBS404"]
    assert codes(queues, register.format("mails")) == []
    assert codes(app, enqueue) == []


@pytest.mark.parametrize(
    ("name", "others", "found"),
    [
        ("emial", ["email", "mail"], "email"),
        ("Emails", ["emails"], "emails"),
        ("news_digest", ["news-digest"], "news-digest"),
        ("orders", ["billing"], None),
        ("a", ["a"], None),
        ("a", [], None),
    ],
)
def test_the_closest_name(name: str, others: list[str], found: str | None) -> None:
    assert closest(name, others) == found


def test_the_closest_name_is_that_of_difflib() -> None:
    others = [f"{kind}_{number}" for kind in ("topic", "topik", "tip") for number in range(0, 60, 7)]
    for name in (*(f"topic{number}" for number in range(40)), "tip_1", "unlike", "_"):
        for cutoff in (0.3, 0.75, 0.9):
            near = get_close_matches(name, others, n=1, cutoff=cutoff)
            assert closest(name, others, cutoff) == (near[0] if near else None), name


def test_a_name_has_no_closest_one_among_too_many() -> None:
    others = [f"topic_{number}" for number in range(501)]
    assert closest("topic-7", others[:500]) == "topic_7"
    assert closest("topic-7", others) is None


def test_what_a_file_tells_of_its_topics_takes_no_look_at_all_workflows_for_each() -> None:
    def program_of(number: int) -> Program:
        program = Program(Settings(root="/nowhere/at/all"))
        workflows = (f"@DBOS.workflow()\ndef run{i}(to):\n    DBOS.send(to, 1, 't')\n" for i in range(number))
        program.linted("/nowhere/at/all/app.py", (IMPORT + "".join(workflows)).encode())
        return program

    def tell(program: Program) -> None:
        answer = program.analysis.names.answer(TOPIC, "/nowhere/at/all/app.py")
        assert {each.in_workflow for each in answer} == {True}

    assert grows_with_the_text(program_of, tell, size=160)
