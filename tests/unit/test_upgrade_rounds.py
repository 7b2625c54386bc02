"""Rounds of an upgrade: what is taken together, what is put back, and what is left alone."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from dbos_lint.catalog.history import Symbol
from dbos_lint.fix import Applicability, Before, Create, Fix, Replace
from dbos_lint.rules.migration import removed
from dbos_lint.rules.visitor import Here
from dbos_lint.settings import Settings
from dbos_lint.syntax.spans import Span, span_of
from dbos_lint.upgrade.rounds import Rounds, Upgraded, checked_codes, upgrade_codes
from dbos_lint.upgrade.state import State
from tests.growing import grows_with_the_text

CODES = upgrade_codes((1, 14), (3, 4))
START_OVER = """\
from dbos import DBOS


def again(order: str) -> None:
    DBOS.restart_workflow(order)
"""
ADMIN = """\
from dbos import DBOS


def limit() -> None:
    DBOS.register_queue("q", concurrency=1)
"""

Family = Callable[[Here, Symbol, Span], Fix]


def upgraded(root: Path, files: dict[str, str], *, only_safe: bool = False) -> Upgraded:
    """The upgrade of files that stand in ``root``."""
    texts = {str(root / name): text.encode() for name, text in files.items()}
    for path, text in texts.items():
        Path(path).write_bytes(text)
    settings = Settings(str(root), dbos_version="3.4", select=tuple(checked_codes(CODES)))
    return Rounds(settings, CODES, texts, only_safe).run()


def changed(result: Upgraded) -> dict[str, str]:
    return {Path(path).name: text.decode() for path, text in result.texts.items()}


def mended_by(monkeypatch: pytest.MonkeyPatch, family: Family) -> None:
    """Have ``restart_workflow`` mended otherwise."""
    monkeypatch.setitem(removed._FAMILIES, "DBOS.restart_workflow", family)


def test_all_files_in_one_go(tmp_path: Path) -> None:
    result = upgraded(tmp_path, {"a.py": START_OVER, "b.py": ADMIN})
    assert changed(result) == {
        "a.py": START_OVER.replace("restart_workflow(order)", "fork_workflow(order, 1)"),
        "b.py": ADMIN.replace("concurrency", "global_concurrency"),
    }
    assert [(Path(each.filename).name, each.row, each.old) for each in result.rewritten] == [
        ("a.py", 5, "DBOS.restart_workflow(order)"),
        ("b.py", 5, 'DBOS.register_queue("q", concurrency=1)'),
    ]
    assert not result.left
    assert (tmp_path / "a.py").read_text("utf-8") == START_OVER


def test_a_fix_is_done_in_all_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = str(tmp_path / "b.py")

    def family(_here: Here, _symbol: Symbol, span: Span) -> Fix:
        here, there = Replace(span, "DBOS.resume_workflow"), Replace(Span(1, 4, 1, 5), "2")
        return Fix("", Applicability.SAFE, (here,), ((other, (there,)), (str(tmp_path / "c.py"), (Create("y = 1\n"),))))

    mended_by(monkeypatch, family)
    result = upgraded(tmp_path, {"a.py": START_OVER, "b.py": "x = 1\n"})
    assert changed(result) == {
        "a.py": START_OVER.replace("restart_", "resume_"),
        "b.py": "x = 2\n",
        "c.py": "y = 1\n",
    }


@pytest.mark.parametrize(
    ("elsewhere", "text", "reason"),
    [
        ("b.py", None, "it changes b.py, which is not among the files to upgrade"),
        ("b.py", "# @generated\nx = 1\n", "it changes b.py, and a program wrote that file and will write it again"),
    ],
)
def test_a_fix_is_done_as_a_whole_or_not_at_all(
    elsewhere: str, text: str | None, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def family(_here: Here, _symbol: Symbol, span: Span) -> Fix:
        changes = (Replace(span, "DBOS.resume_workflow"),)
        return Fix("", Applicability.SAFE, changes, ((str(tmp_path / elsewhere), (Replace(Span(2, 4, 2, 5), "2"),)),))

    mended_by(monkeypatch, family)
    others = {elsewhere: text} if text is not None else {}
    result = upgraded(tmp_path, {"a.py": START_OVER, "z.py": ADMIN, **others})
    assert list(changed(result)) == ["z.py"]
    assert [each.reason for each in result.left] == [reason]


def test_a_file_that_is_there_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = tmp_path / "made.txt"
    made.write_text("mine")

    def family(_here: Here, _symbol: Symbol, span: Span) -> Fix:
        create = (str(made), (Create("y = 1\n"),))
        return Fix("", Applicability.SAFE, (Replace(span, "DBOS.resume_workflow"),), (create,))

    mended_by(monkeypatch, family)
    result = upgraded(tmp_path, {"a.py": START_OVER})
    assert not result.texts
    assert [each.reason for each in result.left] == ["made.txt is there already"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("DBOS . restart_workflow", "put back, since the finding would stay"),
        ("DBOS.execute_workflow_id", "put back, since it would bring another finding of the upgrade"),
        ("time.strftime", "put back, since it would bring DBS201"),
    ],
)
def test_what_is_no_better_is_put_back(text: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def family(_here: Here, _symbol: Symbol, span: Span) -> Fix:
        return Fix("", Applicability.SAFE, (Replace(span, text),))

    mended_by(monkeypatch, family)
    workflow = f"import time\n{START_OVER}".replace("def", "@DBOS.workflow()\ndef").replace(
        "    DBOS", "    return DBOS"
    )
    result = upgraded(tmp_path, {"a.py": workflow, "b.py": ADMIN})
    assert list(changed(result)) == ["b.py"]
    assert [each.reason for each in result.left] == [reason]


def test_generated_files_and_suppressed_lines_are_left_alone(tmp_path: Path) -> None:
    result = upgraded(
        tmp_path,
        {
            "a.py": f"# Generated by a tool. DO NOT EDIT.\n{START_OVER}",
            "b.py": ADMIN.replace("=1)", "=1)  # noqa: DBS960"),
        },
    )
    assert not result.texts
    assert [each.reason for each in result.left] == ["a program wrote that file and will write it again"]


def test_a_file_that_does_not_parse_is_left_and_said_so(tmp_path: Path) -> None:
    result = upgraded(tmp_path, {"a.py": START_OVER.replace("None:", "None"), "b.py": ADMIN})
    assert [each.diagnostic.code for each in result.left] == ["DBS001"]
    assert list(changed(result)) == ["b.py"]


def test_only_what_is_safe(tmp_path: Path) -> None:
    text = "from dbos import error\n\nPROBLEM = error.DBOSConflictingRegistrationError\n"
    assert changed(upgraded(tmp_path, {"a.py": text}))
    result = upgraded(tmp_path, {"a.py": text, "b.py": ADMIN}, only_safe=True)
    assert list(changed(result)) == ["b.py"]
    assert result.left[0].reason.startswith("not safe: write DBOSException")


def test_rows_are_those_of_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def family(here: Here, _symbol: Symbol, span: Span) -> Fix:
        # Both put something at one place, so the second has to wait for the next round.
        above = Before(span_of(here.collected.tree.body[0]), f"import os\n\nROW = {span.row}\n")
        return Fix("", Applicability.SAFE, (Replace(span, "DBOS.resume_workflow"), above))

    mended_by(monkeypatch, family)
    again = "\n\ndef once_more(order: str) -> None:\n    DBOS.restart_workflow(order)\n"
    result = upgraded(tmp_path, {"a.py": START_OVER + again})
    assert [each.row for each in result.rewritten] == [5, 9]


def test_a_queue_that_becomes_a_name_is_not_asked_for_its_name(tmp_path: Path) -> None:
    text = """\
from dbos import DBOS, Queue

NAME_1 = 'mails'
queue_1 = Queue(NAME_1)

if __name__ == '__main__':
    DBOS.listen_queues([queue_1])
    DBOS.launch()
"""
    after = changed(upgraded(tmp_path, {"a.py": text}))["a.py"]
    assert "DBOS.listen_queues([NAME_1])" in after


def queues_in_files(number: int) -> dict[str, str]:
    text = "from dbos import Queue\nNAME_{0} = 'q{0}'\nqueue_{0} = Queue(NAME_{0})\n"
    names = "".join(f"from m{i} import queue_{i}\n" for i in range(number))
    uses = "".join(f"    print(queue_{i}.name)\n" for i in range(number))
    main = f"from dbos import DBOS\n{names}\ndef main():\n    DBOS.launch()\n{uses}"
    return {"main.py": main, **{f"m{i}.py": text.format(i) for i in range(number)}}


def queues_in_one_file(number: int) -> dict[str, str]:
    made = "".join(f"queue_{i} = Queue('q{i}')\n" for i in range(number))
    uses = "".join(f"    queue_{i}.enqueue(f)\n" for i in range(number))
    names = ", ".join(f"queue_{i}" for i in range(number))
    main = (
        f"from dbos import DBOS\nfrom queues import {names}\n\ndef f(): ...\n\ndef main():\n    DBOS.launch()\n{uses}"
    )
    return {"main.py": main, "queues.py": f"from dbos import Queue\n\n{made}"}


def queue_of_files(number: int) -> dict[str, str]:
    text = (
        "from dbos import DBOS\nfrom main import queue\n\ndef f(x):\n    queue.enqueue(f, 1)\n    queue.enqueue(f, 2)\n"
    )
    main = "from dbos import DBOS, Queue\nqueue = Queue('q')\n\ndef main():\n    DBOS.launch()\n"
    return {"main.py": main, **{f"m{i}.py": text for i in range(number)}}


@pytest.mark.parametrize("shape", [queues_in_files, queues_in_one_file, queue_of_files])
def test_more_queues_take_no_more_rounds(
    shape: Callable[[int], dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds: list[int] = []
    lint = Rounds._linted

    def counted(*given: Any) -> State:
        rounds[-1] += 1
        return lint(*given)

    monkeypatch.setattr(Rounds, "_linted", counted)
    for number in (2, 7):
        folder = tmp_path / str(number)
        folder.mkdir()
        rounds.append(0)
        assert not upgraded(folder, shape(number)).left
    assert rounds[0] == rounds[1] > 2


@pytest.mark.once
@pytest.mark.parametrize("shape", [queues_in_one_file, queue_of_files])
def test_work_grows_with_the_queues_and_not_with_their_square(
    shape: Callable[[int], dict[str, str]], tmp_path: Path
) -> None:
    numbers = count()

    def upgrade(files: dict[str, str]) -> None:
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        upgraded(folder, files)

    assert grows_with_the_text(shape, upgrade, size=12)


def test_the_rules_of_an_upgrade() -> None:
    assert {"DBS950", "DBS951", "DBS960"} <= upgrade_codes((3, 3), (3, 4))
    assert "DBS610" in upgrade_codes((3, 3), (3, 4))
    assert "DBS610" not in upgrade_codes((2, 0), (3, 3))
    assert "DBS901" in upgrade_codes((2, 9), (2, 10))
    assert "DBS901" not in upgrade_codes((2, 10), (3, 4))
    assert "DBS970" not in CODES


def test_nothing_goes_behind_a_launch_that_cannot_be_seen_yet(tmp_path: Path) -> None:
    web = "from dbos import DBOS\nfrom web import app\n\nDBOS(config={'name': 'shop'}, fastapi=app)\n"
    work = "from dbos import DBOS, Queue\n\nqueue = Queue('q')\n\nif __name__ == '__main__':\n    DBOS.launch()\n"
    result = upgraded(tmp_path, {"app.py": web, "work.py": work})
    assert not result.texts
    reasons = {each.diagnostic.code: each.reason for each in result.left}
    assert reasons["DBS952"] == "app.py leaves the launch to a web framework (DBS954)"
    assert list(changed(upgraded(tmp_path, {"app.py": web.replace(", fastapi=app", ""), "work.py": work}))) == [
        "work.py"
    ]
