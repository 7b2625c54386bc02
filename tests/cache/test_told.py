"""What files tell each other: all of it counts for those who ask; where it stays the same, nobody is linted again."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dbos_lint import linter
from dbos_lint.cache.merge import Knowledge, merged
from dbos_lint.cache.run import Cache
from dbos_lint.cache.stamps import Stamps
from dbos_lint.cache.table import CLEAN, Row, Table
from dbos_lint.configuration import Configuration
from dbos_lint.consulted import ALWAYS, Consulted
from dbos_lint.discovery import discover
from dbos_lint.linter import FileResult
from dbos_lint.runner import run_files

DBOS = "from dbos import DBOS, DBOSClient, EnqueueOptions, SetEnqueueOptions\n"
BILL = "@DBOS.workflow()\ndef bill(order: str) -> str:\n    return order\n"
# Asks for the queue `orders`, which some file of the project may register.
QUEUE = BILL + "DBOS.enqueue_workflow('orders', bill, 'a')\n"
# Asks for the workflow `pay`, by name.
BY_NAME = (
    BILL + "def start() -> None:\n    DBOS.register_queue('orders')\n"
    "    options: EnqueueOptions = {'workflow_name': 'pay', 'queue_name': 'orders'}\n"
    "    DBOS.enqueue_workflow_with_options(options)\n"
)
# Waits in a workflow for another one on the queue `orders`.
WAITS = (
    BILL + "@DBOS.workflow()\ndef pay(order: str) -> str:\n"
    "    return DBOS.enqueue_workflow('orders', bill, order).get_result()\n"
)
RECEIVES = "@DBOS.workflow()\ndef wait() -> str:\n    return DBOS.recv('paid')\n"
LISTENS = BILL + "def ask() -> str:\n    return DBOS.get_event('a', 'state')\nDBOS.set_event('other', 1)\n"
READS = BILL + "def ask() -> str:\n    return DBOS.read_stream('a', 'lines')\nDBOS.write_stream('other', 1)\n"
STORES = (
    "@DBOS.step()\ndef give() -> set[int]:\n    return {1}\n"
    "@DBOS.workflow()\ndef all_of(order: str) -> set[int]:\n    return give()\n"
)
HANDED = BILL + "def hand_over() -> None:\n    DBOS.enqueue_workflow('orders', bill, 'a')\n"


class Case(NamedTuple):
    """What ``app.py`` finds, with one of two texts of another file beside it."""

    asks: str
    before: str
    after: str


def register(*options: str) -> str:
    return f"DBOS.register_queue({', '.join(options)})\n"


CASES = {
    "the name of a queue": Case(QUEUE, register("'order'"), register("'orders'")),
    "a name that is made at run time": Case(QUEUE, register("'order'"), register("'order'") + register("str(1)")),
    "a guess": Case(QUEUE, register("'order'"), "def f(engine):\n    engine.register_queue('order')\n"),
    "that a file is there for tests": Case(QUEUE, register("'order'"), "import pytest\n" + register("'order'")),
    "that a queue is divided": Case(QUEUE, register("'orders'"), register("'orders'", "partition_queue=True")),
    "who may run in a block": Case(
        HANDED,
        register("'orders'", "partition_queue=True"),
        register("'orders'", "partition_queue=True")
        + "from app import hand_over\n"
        + "def run():\n    with SetEnqueueOptions(queue_partition_key='a'):\n        hand_over()\n",
    ),
    "what is enqueued": Case(
        WAITS,
        register("'orders'", "concurrency=1"),
        register("'orders'", "concurrency=1") + "from app import pay\nDBOS.enqueue_workflow('orders', pay, 'a')\n",
    ),
    "what is enqueued by name": Case(
        WAITS,
        register("'orders'", "concurrency=1"),
        register("'orders'", "concurrency=1")
        + "o: EnqueueOptions = {'workflow_name': 'pay', 'queue_name': 'orders'}\n"
        + "DBOS.enqueue_workflow_with_options(o)\n",
    ),
    "how often": Case(
        WAITS,
        register("'orders'", "concurrency=3") + "from app import pay\nDBOS.enqueue_workflow('orders', pay, 'a')\n",
        register("'orders'", "concurrency=3")
        + "from app import pay\nfor each in 'abc':\n    DBOS.enqueue_workflow('orders', pay, each)\n",
    ),
    "how many run": Case(
        WAITS + "DBOS.enqueue_workflow('orders', pay, 'a')\n",
        register("'orders'", "concurrency=3"),
        register("'orders'", "concurrency=1"),
    ),
    "where": Case(
        WAITS + "DBOS.enqueue_workflow('orders', pay, 'a')\n",
        register("'orders'", "concurrency=1"),
        register("'orders'", "worker_concurrency=1"),
    ),
    "the name of a workflow": Case(BY_NAME, BILL.replace("bill", "payed"), BILL.replace("bill", "pay")),
    "the function behind it": Case(
        BY_NAME, "@DBOS.workflow(name='x')\ndef pay(): ...\n", "@DBOS.workflow(name='x')\ndef f(): ...\n"
    ),
    "whose method it is": Case(
        BY_NAME,
        "class Shop:\n    @staticmethod\n    @DBOS.workflow(name='pay')\n    def f(): ...\n",
        "class Shop:\n    @classmethod\n    @DBOS.workflow(name='pay')\n    def f(cls): ...\n",
    ),
    "an instance's": Case(
        BY_NAME,
        "class Shop:\n    @classmethod\n    @DBOS.workflow(name='pay')\n    def f(cls): ...\n",
        "class Shop:\n    @DBOS.workflow(name='pay')\n    def f(self): ...\n",
    ),
    "what is decorated": Case(BY_NAME, "def pay(): ...\nworkflow = 1\n", "@workflow\ndef pay(): ...\n"),
    "who sends": Case(RECEIVES, "DBOS.send('a', 1, 'payed')\n", "DBOS.send('a', 1, 'paid')\n"),
    "whether a workflow sends": Case(
        RECEIVES,
        "def tell():\n    DBOS.send('a', 1, 'else')\n",
        "@DBOS.workflow()\ndef tell():\n    DBOS.send('a', 1, 'else')\n",
    ),
    "the key of an event": Case(LISTENS, "DBOS.set_event('stat', 1)\n", "DBOS.set_event('state', 1)\n"),
    "the name of a stream": Case(READS, "DBOS.write_stream('line', 1)\n", "DBOS.write_stream('lines', 1)\n"),
    "with what data are stored": Case(
        STORES, "", "from dbos import DBOSPortableJSON\nDBOS(config={'name': 'a', 'serializer': DBOSPortableJSON})\n"
    ),
    "another workflow of the name": Case("import other\n" + BILL, BILL.replace("bill", "pay"), BILL),
}


def write(root: Path, asks: str, other: str) -> None:
    (root / "dbos-lint.toml").write_text('preset = "all"\n')
    (root / "app.py").write_text(DBOS + asks)
    (root / "other.py").write_text(DBOS + other)


def lint(root: Path, cache: Path | None = None) -> dict[str, FileResult]:
    configuration = Configuration(str(root))
    found = discover([str(root)], configuration)
    files = run_files(found, configuration, cache=None if cache is None else Cache(str(cache))).files
    return {Path(file.filename).name: file for file in files}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.parametrize("turned", [False, True], ids=["there", "back"])
def test_what_is_told_counts(tmp_path: Path, case: Case, turned: bool) -> None:
    root, cache = tmp_path / "project", tmp_path / "cache"
    root.mkdir()
    first, second = (case.after, case.before) if turned else (case.before, case.after)
    write(root, case.asks, first)
    before = lint(root, cache)
    assert before == lint(root)
    write(root, case.asks, second)
    after = lint(root)
    assert before["app.py"] != after["app.py"]
    assert lint(root, cache) == after


@pytest.fixture
def linted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are linted."""
    names: list[str] = []
    lint_one = linter._lint

    def noted(source: bytes, path: str, *rest: Any) -> FileResult:
        names.append(Path(path).name)
        return lint_one(source, path, *rest)

    monkeypatch.setattr(linter, "_lint", noted)
    return names


@pytest.mark.parametrize("case", [each for each in CASES.values() if "import other" not in each.asks])
def test_where_it_stands_does_not(tmp_path: Path, case: Case, linted: list[str]) -> None:
    root, cache = tmp_path / "project", tmp_path / "cache"
    root.mkdir()
    write(root, case.asks, case.after)
    before = lint(root, cache)
    linted.clear()
    later = "\n\ndef later():\n    return print('a')\n"
    (root / "other.py").write_text(f'"""Of others."""\n\n{DBOS}{case.after}{later}')
    after = lint(root, cache)
    assert linted == ["other.py"]
    assert after["app.py"] == before["app.py"]
    assert lint(root, cache) == after
    assert linted == ["other.py"]


def test_what_a_file_that_is_gone_has_told_is_forgotten(tmp_path: Path, linted: list[str]) -> None:
    root, cache = tmp_path / "project", tmp_path / "cache"
    root.mkdir()
    write(root, QUEUE, register("'order'"))
    (root / "third.py").write_text(DBOS + register("'third'"))
    lint(root, cache)
    (root / "other.py").unlink()
    assert lint(root, cache) == lint(root)
    linted.clear()
    lint(root, cache)
    assert linted == []


TWIN = "from dbos import DBOS\n\n\n@DBOS.workflow()\ndef twin() -> None: ...\n"
APART = {
    "one.py": TWIN,
    "two.py": TWIN,
    "low.py": "import one\n",
    "mid.py": "import low\n",
    "main.py": "import mid\n\n\ndef load():\n    import two\n",
}


@pytest.mark.parametrize(
    ("start", "name", "change"),
    [
        ({}, "mid.py", "def load():\n    import low\n"),
        ({}, "low.py", "def load():\n    import one\n"),
        ({}, "main.py", "import mid\n"),
        ({"mid.py": ""}, "mid.py", "import low\n"),
        ({"main.py": "import mid\n"}, "main.py", "import mid, two\n"),
        ({"one.py": TWIN.replace("twin", "other")}, "one.py", TWIN),
        ({"one.py": "from dbos import DBOS\n"}, "one.py", TWIN),
        ({"one.py": TWIN.replace("()\ndef", "(name=str(1))\ndef")}, "one.py", TWIN.replace("def twin", "def  twin")),
        ({}, "one.py", "\n" + TWIN),
    ],
)
@pytest.mark.parametrize("turned", [False, True], ids=["there", "back"])
def test_programs_count(tmp_path: Path, start: dict[str, str], name: str, change: str, turned: bool) -> None:
    """Of two workflows of the same name, each is told where one program loads both."""
    root, cache = tmp_path / "project", tmp_path / "cache"
    root.mkdir()
    (root / "dbos-lint.toml").write_text("")
    for other, text in {**APART, **start}.items():
        (root / other).write_text(text)
    original = (root / name).read_text()
    if turned:
        (root / name).write_text(change)
    before = lint(root, cache)
    (root / name).write_text(original if turned else change)
    after = lint(root)
    assert before["two.py"] != after["two.py"]
    assert lint(root, cache) == after
    assert lint(root, cache) == after


def test_a_package_that_comes_counts(tmp_path: Path) -> None:
    """It is loaded with all that is in it."""
    root, cache = tmp_path / "project", tmp_path / "cache"
    for folder in ("app", "pkg/sub"):
        (root / folder).mkdir(parents=True)
    (root / "dbos-lint.toml").write_text('src = ["pkg"]\n')
    (root / "pkg/__init__.py").write_text("")
    (root / "pkg/sub/__init__.py").write_text("")
    (root / "pkg/sub/one.py").write_text(TWIN)
    (root / "pkg/sub/two.py").write_text(TWIN)
    (root / "app/main.py").write_text("from sub import one\n")
    before = lint(root, cache)
    (root / "__init__.py").write_text("from sub import two\n")
    after = lint(root)
    assert before["two.py"] != after["two.py"]
    assert lint(root, cache) == after


@pytest.mark.parametrize("name", ["app.py", "other.py"])
def test_a_file_that_changes_before_it_is_linted_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """What it told before does not count for itself, and nothing that rests on it is kept."""
    root, cache = tmp_path / "project", tmp_path / "cache"
    root.mkdir()
    write(root, QUEUE, register("'order'"))
    lint(root, cache)
    write(root, "# Once more.\n" + QUEUE if name == "other.py" else QUEUE, register("'ordre'"))
    recall = Cache.recall

    def then_it_changes(self: Cache, *given: Any) -> Any:
        recalled = recall(self, *given)
        (root / name).write_text((root / name).read_text() + register("'orders'"))
        return recalled

    monkeypatch.setattr(Cache, "recall", then_it_changes)
    meanwhile = lint(root, cache)
    monkeypatch.undo()
    after = lint(root)
    assert lint(root, cache) == after
    assert name == "other.py" or meanwhile["app.py"] == after["app.py"]


def test_nothing_rests_on_an_answer_that_nobody_has_given_since(tmp_path: Path) -> None:
    rows = [Row("/other", state="1"), Row("@q /other", state="[]", steps="0"), Row("**q", state=ALWAYS, steps="1")]
    known = Knowledge(Table([*rows, Row("!/app", state=ALWAYS, steps="2", outcome=CLEAN)]), {}, set(), set(), {})
    stamps = Stamps(texts={"/app": b"", "/other": b""})
    asked = {"!/app": {"**q"}, "**q": {"@q /other"}}
    for states, is_kept in (({}, True), ({"/other": "2"}, False), ({"/other": "2", "@q /other": "[]"}, True)):
        consulted = Consulted(defaultdict(set, asked), {"!/app": ALWAYS, "**q": ALWAYS, **states})
        table, _ = merged(known, consulted, {"!/app": CLEAN}, stamps)
        assert (table.get("!/app") is not None) == is_kept


def test_a_queue_that_its_own_file_tells_enough_of_rests_on_no_other(tmp_path: Path, linted: list[str]) -> None:
    root, cache = tmp_path / "project", tmp_path / "cache"
    root.mkdir()
    write(root, "from dbos import Queue\n\n\ndef make() -> Queue:\n    return Queue('orders')\n", BILL)
    assert "DBS952" in {each.code for each in lint(root, cache)["app.py"].diagnostics}
    linted.clear()
    (root / "other.py").write_text(DBOS + BILL + "\n# Once more.\n")
    lint(root, cache)
    assert linted == ["other.py"]
