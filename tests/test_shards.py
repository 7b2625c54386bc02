"""One run divided into shares: what they find together, and put together again, is what one run finds."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbos_lint.configuration import Configuration
from dbos_lint.discovery import Discovery, Unreadable, discover
from dbos_lint.linter import FileResult
from dbos_lint.merging import MergeError, merged
from dbos_lint.runner import run_files
from dbos_lint.sharding import Shard, part, shard
from tests.cli.conftest import Command, command, project

__all__ = ["command", "project"]

FIXTURES = Path(__file__).parent / "fixtures"
# Projects whose findings rest on what other files import, name, register or start.
PROJECTS = (
    "DBS401/fleet",
    "DBS404/lanes",
    "DBS412/archive",
    "DBS501/bookings",
    "DBS502/clinic",
    "DBS206/crm",
    "DBS808/shop",
)
NAMES = st.sets(st.text("abc/_", min_size=1).filter(lambda name: not name.startswith("/")), max_size=30)
TOTALS = st.integers(1, 9)


@pytest.fixture
def monorepo(project: Path) -> Path:
    for name in PROJECTS:
        folder = project / name.replace("/", "_")
        shutil.copytree(FIXTURES / name, folder)
        (folder / "dbos-lint.toml").touch()
    return project


def share(found: Discovery, number: int, total: int, base: Path) -> Discovery:
    return part(found, Shard(number, total), str(base))


# ---------------------------------------------------------------------- which files


@given(NAMES, TOTALS)
def test_each_file_is_in_one_share_wherever_the_tree_lies(names: set[str], total: int) -> None:
    found, moved = (Discovery(tuple(sorted(f"{top}/{name}.py" for name in names))) for top in ("/a", "/b/c"))
    shares = [share(found, number, total, Path("/a")).files for number in range(1, total + 1)]
    assert sorted(path for files in shares for path in files) == list(found.files)
    elsewhere = [share(moved, number, total, Path("/b/c")).files for number in range(1, total + 1)]
    assert [[f"/a{path[4:]}" for path in files] for files in elsewhere] == [list(files) for files in shares]


@given(NAMES, NAMES, TOTALS)
def test_a_file_that_comes_or_goes_moves_no_other(some: set[str], others: set[str], total: int) -> None:
    before = Discovery(tuple(sorted(f"/a/{name}.py" for name in some)))
    after = Discovery(tuple(sorted(f"/a/{name}.py" for name in some | others)))
    for number in range(1, total + 1):
        kept = [path for path in share(after, number, total, Path("/a")).files if path in before.files]
        assert kept == list(share(before, number, total, Path("/a")).files)


def test_shares_are_of_like_size() -> None:
    found = Discovery(tuple(sorted(f"/a/service_{n % 40}/module_{n}.py" for n in range(4000))))
    sizes = [len(share(found, number, 8, Path("/a")).files) for number in range(1, 9)]
    assert sum(sizes) == 4000
    assert max(sizes) < 1.25 * min(sizes)


def test_projects_that_look_alike_do_not_fall_into_one_share() -> None:
    found = Discovery(tuple(f"/a/service_{n}/app/main.py" for n in range(40)))
    assert all(share(found, number, 4, Path("/a")).files for number in range(1, 5))


def test_what_cannot_be_read_is_said_by_one_share() -> None:
    unreadable = tuple(Unreadable(f"/a/{n}.py", "is a pipe") for n in range(20))
    shares = [share(Discovery((), unreadable), number, 3, Path("/a")).unreadable for number in (1, 2, 3)]
    assert sorted(item for each in shares for item in each) == sorted(unreadable)


@pytest.mark.skipif(sys.platform == "win32", reason="names are text there")
def test_names_that_are_no_text_have_a_share_too() -> None:
    path = os.fsdecode(b"/a/\xff.py")
    assert [number for number in (1, 2, 3) if share(Discovery((path,)), number, 3, Path("/a")).files] != []


@given(st.integers(1, 999).flatmap(lambda total: st.tuples(st.integers(1, total), st.just(total))))
def test_a_share_is_read_as_it_is_written(numbers: tuple[int, int]) -> None:
    assert shard("/".join(map(str, numbers))) == numbers


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no share such as 3/16"),
        ("3", "is no share such as 3/16"),
        ("a/b", "is no share such as 3/16"),
        ("-1/3", "is no share such as 3/16"),
        ("1/3/4", "is no share such as 3/16"),
        ("1/3\n", "is no share such as 3/16"),
        ("1/9999999999", "is no share such as 3/16"),
        ("٣/٤", "is no share such as 3/16"),
        ("0/3", "the first is 1/3, the last 3/3"),
        ("4/3", "the first is 1/3, the last 3/3"),
        ("0/0", "there must be at least one"),
    ],
)
def test_what_is_no_share_is_refused(text: str, why: str, command: Command) -> None:
    result = command("check", "--shard", text)
    assert result.exit_code == 2
    assert why in result.stderr


# ---------------------------------------------------------------------- what they find


@pytest.mark.parametrize("total", [2, 5])
def test_a_share_finds_in_its_files_what_the_whole_run_finds_in_them(monorepo: Path, total: int) -> None:
    configuration = Configuration(str(monorepo))
    found = discover([str(monorepo)], configuration)
    whole = {result.filename: result for result in run_files(found, configuration).files}
    shares: list[tuple[FileResult, ...]] = []
    for number in range(1, total + 1):
        own = share(found, number, total, monorepo)
        shares.append(run_files(own, Configuration(str(monorepo))).files)
        assert [result.filename for result in shares[-1]] == list(own.files)
    assert {result.filename: result for files in shares for result in files} == whole
    # Were every finding in one share, this would prove little.
    assert sum(1 for files in shares if any(result.diagnostics for result in files)) >= 2


PRODUCER = """
from dbos import DBOS, DBOSClient


@DBOS.workflow()
def bill(order: str) -> str:
    return order


def start(client: DBOSClient) -> None:
    client.enqueue({"queue_name": "bills", "workflow_name": "bill"}, "1")
"""
CONSUMER = """
from dbos import DBOS


def main() -> None:
    DBOS.launch()
    DBOS.register_queue("bills")
"""
HELPER = """
import time


def now() -> float:
    return time.time()
"""
CALLER = """
from dbos import DBOS
from helper import now


@DBOS.workflow()
def stamp() -> bool:
    return now() > 5
"""


def test_what_stands_in_other_shares_is_read(project: Path) -> None:
    """A queue that another file registers, a helper of another file that never names dbos."""
    files = {"producer.py": PRODUCER, "consumer.py": CONSUMER, "helper.py": HELPER, "caller.py": CALLER}
    for name, text in files.items():
        (project / name).write_text(text, encoding="utf-8")

    def codes(only: str) -> set[str]:
        configuration = Configuration(str(project))
        found = discover([str(project)], configuration)
        alone = found._replace(files=(str(project / only),), skipped=frozenset(found.files))
        return {each.code for each in run_files(alone, configuration).diagnostics}

    assert "DBS404" not in codes("producer.py")
    assert "DBS201" in codes("caller.py")
    (project / "consumer.py").write_text(CONSUMER.replace("bills", "pills"), encoding="utf-8")
    (project / "helper.py").write_text(HELPER.replace("time.time()", "5.0"), encoding="utf-8")
    assert "DBS404" in codes("producer.py")
    assert "DBS201" not in codes("caller.py")


def test_a_file_that_never_names_dbos_is_judged_by_what_it_imports_from_other_shares(project: Path) -> None:
    """No file of the share names dbos, so nothing of it would be looked at, were it alone."""
    (project / "app.py").write_text("from dbos import DBOS\n\nworkflow = DBOS.workflow\n", encoding="utf-8")
    (project / "plain.py").write_text(
        CALLER.replace("from dbos import DBOS", "from app import workflow").replace("DBOS.workflow", "workflow"),
        encoding="utf-8",
    )
    (project / "helper.py").write_text(HELPER, encoding="utf-8")
    configuration = Configuration(str(project))
    found = discover([str(project)], configuration)
    total = next(
        n
        for n in range(2, 99)
        if len({Shard(k, n) for k in range(1, n + 1) for path in found.files if Shard(k, n).holds(path, str(project))})
        == 3
    )
    results = [
        result
        for number in range(1, total + 1)
        for result in run_files(share(found, number, total, project), configuration).files
    ]
    assert {Path(each.filename).name for result in results for each in result.diagnostics} == {"plain.py"}


def test_an_empty_share_is_no_warning(project: Path, command: Command) -> None:
    (project / "a.py").write_text("x = 1\n", encoding="utf-8")
    results = [command("check", "--shard", f"{number}/2") for number in (1, 2)]
    assert [(result.exit_code, result.stderr) for result in results] == [(0, "")] * 2
    listed = [command("check", "--show-files", "--shard", f"{number}/2").stdout for number in (1, 2)]
    assert sorted(listed) == ["", f"{project / 'a.py'}\n"]


def test_shares_do_not_depend_on_where_in_the_project_the_command_stands(
    project: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "dbos-lint.toml").touch()
    (project / "lib").mkdir()
    for number in range(9):
        (project / "lib" / f"m{number}.py").write_text("x = 1\n", encoding="utf-8")
    above = command("check", "--show-files", "--shard", "1/2", "lib").stdout
    monkeypatch.chdir(project / "lib")
    assert command("check", "--show-files", "--shard", "1/2").stdout == above
    assert len(above.splitlines()) in range(1, 9)


def test_the_standard_input_has_no_shares(command: Command) -> None:
    result = command("check", "--shard", "1/2", "-", stdin=b"")
    assert result.exit_code == 2
    assert "--shard divides files" in result.stderr


# ---------------------------------------------------------------------- put together


@pytest.mark.parametrize("output_format", ["json", "json-lines", "sarif"])
@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2, 1)])
def test_the_outputs_of_shares_become_that_of_one_run(
    monorepo: Path, command: Command, tmp_path: Path, output_format: str, order: tuple[int, ...]
) -> None:
    whole = command("check", "--output-format", output_format)
    parts = []
    for number in (1, 2, 3):
        name = str(tmp_path / f"{number}")
        command("check", "--output-format", output_format, "--shard", f"{number}/3", "--output-file", name)
        parts.append(name)
    again = command("merge", *(parts[number - 1] for number in order))
    assert (again.exit_code, again.stdout, again.stderr) == (1, whole.stdout, "")
    assert whole.stdout.count("DBS") > 3


@pytest.mark.parametrize("output_format", ["json", "json-lines", "sarif"])
def test_nothing_found_stays_nothing(project: Path, command: Command, tmp_path: Path, output_format: str) -> None:
    (project / "a.py").write_text("x = 1\n", encoding="utf-8")
    whole = command("check", "--output-format", output_format, "--output-file", str(tmp_path / "part"))
    again = command("merge", str(tmp_path / "part"), "--output-file", str(tmp_path / "whole"))
    assert (whole.exit_code, again.exit_code) == (0, 0)
    assert (tmp_path / "whole").read_bytes() == (tmp_path / "part").read_bytes()


def record(filename: str = "/a.py", row: int = 1, code: str = "DBS201", **more: object) -> bytes:
    place = {"row": row, "column": 1}
    return json.dumps({"filename": filename, "location": place, "code": code, "message": "m", **more}).encode()


RESULT: dict[str, object] = {
    "ruleId": "DBS201",
    "message": {"text": "m"},
    "locations": [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "a.py", "uriBaseId": "SRCROOT"},
                "region": {"startLine": 1, "startColumn": 1},
            }
        }
    ],
}


def sarif(
    version: object = "1", rules: object = ({"id": "DBS201"},), uri: object = "file:///a/", results: object = (RESULT,)
) -> bytes:
    """A log; without what is None."""
    driver = {"name": "dbos-lint", "version": version, "rules": rules}
    driver = {key: value for key, value in driver.items() if value is not None}
    run = {"tool": {"driver": driver}, "results": results, "originalUriBaseIds": {"SRCROOT": {"uri": uri}}}
    return json.dumps({"runs": [run]}).encode()


def test_a_log_is_merged_with_itself() -> None:
    assert merged([("a", sarif()), ("b", sarif())]).findings == 1


def test_an_output_without_end_is_refused(monkeypatch: pytest.MonkeyPatch, command: Command) -> None:
    monkeypatch.setattr("dbos_lint.cli.merge._LARGEST", 1_000)
    result = command("merge", "/dev/zero")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "/dev/zero" in result.stderr


def test_a_finding_of_two_outputs_is_one_and_all_of_one_output_stay() -> None:
    twice, other = record(), record("/b.py")
    assert merged([("a", twice + b"\n" + twice + b"\n"), ("b", other + b"\n" + twice + b"\n")]).findings == 3


@given(st.permutations([record(name, row) for name in ("/b.py", "/a.py", "/a/c.py") for row in (1, 2, 10)]))
def test_findings_are_sorted_by_file_and_place(lines: list[bytes]) -> None:
    halves = (b"\n".join(lines[:4]), b"\n".join(lines[4:]) + b"\n")
    result = [json.loads(line) for line in merged([(str(n), half) for n, half in enumerate(halves)]).text.splitlines()]
    places = [(each["filename"], each["location"]["row"]) for each in result]
    assert places == [(name, row) for name in ("/a.py", "/a/c.py", "/b.py") for row in (1, 2, 10)]


@pytest.mark.parametrize(
    "text",
    [
        b"hello",
        b"{}",
        b"[1]",
        b"3",
        b"null",
        b'{"runs": []}',
        b'{"runs": [{"tool": {"driver": {"name": "another"}}, "results": []}]}',
        record()[:-5],
        record() + b"\n" + record()[:-5],
        record(filename=5),
        b"\xff\xfe",
        b"[" * 100_000,
        sarif(version=None),
        sarif(rules=None),
        sarif(rules=5),
        sarif(rules=[{"id": 1}]),
        sarif(rules=[{"id": []}]),
        sarif(uri=5),
        sarif(uri="\ud800"),
        sarif(results=[{**RESULT, "ruleId": "DBS999"}]),
    ],
)
def test_what_is_no_output_is_refused_by_name(text: bytes) -> None:
    with pytest.raises(MergeError, match=r"^bad\.json "):
        merged([("good.json", record()), ("bad.json", text)])


def test_outputs_of_several_formats_or_versions_do_not_fit() -> None:
    with pytest.raises(MergeError, match="b is json, and a is json-lines"):
        merged([("a", record()), ("b", b"[" + record() + b"]")])
    driver = {"name": "dbos-lint", "version": "1", "rules": []}
    run = {"tool": {"driver": driver}, "results": [], "originalUriBaseIds": {"SRCROOT": {"uri": "file:///a/"}}}
    old = json.dumps({"runs": [run]}).encode()
    with pytest.raises(MergeError, match="b is of version 2, and a of 1"):
        merged([("a", old), ("b", old.replace(b'"1"', b'"2"'))])


def test_a_missing_output_is_an_error(project: Path, command: Command) -> None:
    result = command("merge", "gone.jsonl")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "cannot read gone.jsonl: No such file or directory" in result.stderr


def test_findings_can_be_no_failure(project: Path, command: Command) -> None:
    (project / "a.jsonl").write_bytes(record())
    assert command("merge", "a.jsonl").exit_code == 1
    assert command("merge", "--exit-zero", "a.jsonl").exit_code == 0
