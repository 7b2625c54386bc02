"""Two releases of a program: what ``dbos-lint diff`` says of the second one."""

from __future__ import annotations

import errno
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from dbos_lint.cli import cli
from dbos_lint.configuration import Configuration
from dbos_lint.diagnostic import Scope
from dbos_lint.rules.registry import RULES
from dbos_lint.shape.report import changes
from tests.markers import Marker, markers, of_revisions


def found(before: Path, after: Path) -> list[Marker]:
    configurations = (Configuration(str(before)), Configuration(str(after)))
    return sorted(
        Marker(Path(each.filename).relative_to(after).as_posix(), each.start.row, each.code, False)
        for each in changes(str(before), str(after), (".",), *configurations).diagnostics
    )


@pytest.mark.parametrize("folder", of_revisions(), ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_exactly_the_marked_lines_of_the_next_release_fire(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "project")
    before, after = tmp_path / "project" / "before", tmp_path / "project" / "after"
    expected = sorted(
        marker
        for path in after.rglob("*.py")
        for marker in markers(path.relative_to(after).as_posix(), path.read_text("utf-8"))
    )

    assert found(before, after) == expected
    assert found(after, after) == []
    assert found(before, before) == []


def test_every_rule_about_revisions_has_programs() -> None:
    shown = {folder.parent.name for folder in of_revisions()}

    assert shown == {code for code, rule in RULES.items() if rule.scope is Scope.REVISIONS}


BEFORE = """\
from dbos import DBOS


@DBOS.step()
def charge() -> None: ...


@DBOS.workflow()
def checkout() -> None:
    charge()
"""
AFTER = BEFORE + "    DBOS.sleep(1)\n"


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a tag ``v1``, a commit after it, and the working folder a level below its top."""
    git(tmp_path, "init", "-q")
    below = tmp_path / "service"
    below.mkdir()
    (below / "app.py").write_text(BEFORE)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    git(tmp_path, "tag", "v1")
    monkeypatch.chdir(below)
    return below


def test_the_working_folder_is_compared_with_the_last_commit(repository: Path) -> None:
    assert CliRunner().invoke(cli, ["diff"]).exit_code == 0
    (repository / "app.py").write_text(AFTER)

    result = CliRunner().invoke(cli, ["diff", "--output-format", "concise"])

    assert result.exit_code == 1
    assert result.output.startswith("app.py:11:5: DBS910 workflow 'checkout' calls 'DBOS.sleep'")
    assert result.output.endswith("Found 1 change.\n")


def test_two_commits_are_compared_and_shown_as_if_they_were_here(repository: Path) -> None:
    (repository / "app.py").write_text(AFTER)
    (repository / "new.py").write_text("")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "two")
    (repository / "app.py").write_text("")

    result = CliRunner().invoke(cli, ["diff", "v1", "HEAD"])

    assert result.exit_code == 1
    assert " --> app.py:11:5\n" in result.output
    assert "|     DBOS.sleep(1)" in result.output
    assert CliRunner().invoke(cli, ["diff", "v1", "HEAD", "--path", "new.py", "-q"]).output == ""


@pytest.mark.parametrize("here", [True, False])
def test_a_path_may_be_absolute(repository: Path, here: bool) -> None:
    (repository / "app.py").write_text(AFTER)
    path = str(repository) if here else str(repository / "app.py")

    assert CliRunner().invoke(cli, ["diff", "v1", "--path", path]).exit_code == 1


@pytest.mark.parametrize(
    ("path", "why"), [("gone", "is in neither revision"), ("..", "leads out"), ("../service2", "leads out")]
)
def test_a_path_that_says_nothing_is_refused(repository: Path, path: str, why: str) -> None:
    result = CliRunner().invoke(cli, ["diff", "v1", "--path", path])

    assert (result.exit_code, result.stdout) == (2, "")
    assert why in result.stderr


@pytest.mark.parametrize("step", ["mkdtemp", "mkdir"])
def test_a_commit_that_cannot_be_laid_out_is_told(repository: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def full(*arguments: object, **options: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    if step == "mkdtemp":
        monkeypatch.setattr("tempfile.mkdtemp", full)
    else:
        monkeypatch.setattr(Path, "write_bytes", full)
    result = CliRunner().invoke(cli, ["diff", "v1"])

    assert result.exit_code == 2
    assert result.stderr.endswith("No space left on device\n")


def test_a_comment_silences_a_change(repository: Path) -> None:
    (repository / "app.py").write_text(AFTER.replace("(1)", "(1)  # dbos-lint: ignore[DBS910] no run is in flight"))

    assert CliRunner().invoke(cli, ["diff"]).output == "No workflow changed.\n"


@pytest.mark.parametrize("revision", ["v9", ""])
def test_a_revision_that_there_is_not_is_said_in_one_line(revision: str, repository: Path) -> None:
    result = CliRunner().invoke(cli, ["diff", revision])

    assert result.exit_code == 2
    assert f"Error: '{revision}' is neither a folder nor a commit\n" in result.output


HOSTILE = {
    "helpers_in_a_ring": "".join(f"def f{number}(): f{(number + 1) % 1_500}()\n" for number in range(1_500)),
    "helpers_that_all_run_each_other": "".join(
        f"def f{number}(): {'; '.join(f'f{other}()' for other in range(40))}\n" for number in range(40)
    ),
    "a_lambda": "def f0(): pass\nrun = DBOS.workflow(name='run')(lambda: DBOS.sleep(1))\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_few_people_write_is_compared_as_well(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    workflow = "@DBOS.workflow()\ndef start():\n    f0()\n    DBOS.sleep(1)\n"
    for name, more in (("old", ""), ("new", "    DBOS.sleep(2)\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "app.py").write_text(f"from dbos import DBOS\n{text}{workflow}{more}")
    same = CliRunner().invoke(cli, ["diff", "--isolated", "old", "old"])
    assert (same.exit_code, same.output) == (0, "No workflow changed.\n")
    changed = CliRunner().invoke(cli, ["diff", "--isolated", "--output-format", "concise", "-q", "old", "new"])
    assert changed.exit_code == 1
    assert changed.output.count("workflow 'start' calls 'DBOS.sleep'") == 1
    assert changed.output.count("\n") == 1
