"""``dbos-lint upgrade``: from which release to which, what it prints, what it writes and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dbos_lint.cli import cli

OLD = """\
from dbos import DBOS, error


def start() -> None:
    DBOS.launch()
    DBOS.register_queue("q", concurrency=1)


def load() -> None:
    try:
        start()
    except error.DBOSConflictingRegistrationError:
        print("twice")
"""
NEW = OLD.replace("concurrency", "global_concurrency").replace("DBOSConflictingRegistrationError", "DBOSException")
BY_HAND = "from dbos import PortableWorkflowError\n\nread = PortableWorkflowError.to_error_data\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shop"\ndependencies = ["dbos==2.31.1"]\n')
    (tmp_path / "app.py").write_text(OLD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def upgrade(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["upgrade", *arguments])


def test_from_what_the_project_requires(project: Path) -> None:
    result = upgrade()
    assert (project / "app.py").read_text() == NEW
    assert "Upgrade from dbos 2.31 to 3.4: 2 uses of dbos in 1 file rewritten, 1 of them to review" in result.stdout
    # The requirement itself is left to a person.
    assert result.exit_code == 1
    assert "pyproject.toml\n  [by hand]\n      it asks for dbos 2.31: ask for 3.4, and lock it anew\n" in result.stdout


def test_nothing_is_left(project: Path) -> None:
    (project / "pyproject.toml").write_text('[project]\nname = "shop"\ndependencies = ["dbos>=3.4"]\n')
    assert upgrade("--from", "2.31").exit_code == 0
    again = upgrade("--from", "2.31")
    assert (again.exit_code, again.stdout.splitlines()[-1]) == (0, "Nothing to upgrade from dbos 2.31 to 3.4.")


def test_a_patch(project: Path) -> None:
    result = upgrade("--diff")
    assert result.exit_code == 1
    assert result.stdout.startswith("--- app.py\n+++ app.py\n@@ ")
    assert (
        '-    DBOS.register_queue("q", concurrency=1)\n+    DBOS.register_queue("q", global_concurrency=1)'
        in result.stdout
    )
    assert "  6: DBS960 [safe] DBOS.register_queue" in result.stderr
    assert "would be rewritten" in result.stderr
    assert (project / "app.py").read_text() == OLD


def test_only_what_is_safe(project: Path) -> None:
    result = upgrade("--safe-only")
    assert (project / "app.py").read_text() == OLD.replace("concurrency", "global_concurrency")
    assert "not rewritten: not safe: write DBOSException" in result.stdout


def test_json(project: Path) -> None:
    (project / "errors.py").write_text(BY_HAND)
    result = upgrade("--output-format", "json")
    report = json.loads(result.stdout)
    assert (report["from"], report["to"]) == ("2.31", "3.4")
    files = {Path(each["filename"]).name: each for each in report["files"]}
    app, errors = files["app.py"], files["errors.py"]
    assert (app["changed"], errors["changed"]) == (True, False)
    assert [(each["row"], each["code"], each["applicability"]) for each in app["rewritten"]] == [
        (6, "DBS960", "safe"),
        (12, "DBS950", "unsafe"),
    ]
    assert [(each["row"], each["code"], each["old"]) for each in errors["by_hand"]] == [
        (3, "DBS950", "read = PortableWorkflowError.to_error_data")
    ]
    assert errors["by_hand"][0]["reason"] == "it leaves out what is None, which may matter to who reads it"
    assert [each["since"] for each in report["notes"]] == []


def test_a_look_in_json(project: Path) -> None:
    result = upgrade("--diff", "--output-format", "json")
    assert json.loads(result.stdout)["files"][0]["changed"] is True
    assert (project / "app.py").read_text() == OLD


def test_what_changes_between_two_releases_only(project: Path) -> None:
    (project / "queues.py").write_text("from dbos import DBOS\n\nDBOS.enqueue_workflow\nNAME = 'enable_patching'\n")
    notes = [each for each in upgrade("--from", "2.31", "--to", "3.3").stdout.splitlines() if each.startswith("  3.")]
    assert [each.split()[0] for each in notes] == ["3.0"]
    notes = [each for each in upgrade("--from", "3.3").stdout.splitlines() if each.startswith("  3.")]
    assert [each.split()[0] for each in notes] == ["3.4"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from", "2"], "'2' is no release such as 2.31."),
        (["--to", "9.9"], "The newest dbos that is known here is 3.4."),
        (["--from", "3.4"], "The program is for dbos 3.4, which is no older than 3.4."),
        (["--isolated"], "No file says which dbos the program is for: say it with --from."),
        (["--isolated", "--config", "x.toml"], "--config and --isolated exclude each other."),
        (["nowhere"], "Error: no such file or folder: "),
    ],
)
def test_wrong_usage(arguments: list[str], words: str) -> None:
    result = upgrade(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr


def test_files_are_written_together_or_not_at_all(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dbos_lint.fixes import files
    from dbos_lint.upgrade import writing

    def replace(path: str, before: bytes, after: bytes) -> None:
        if path.endswith("more.py"):
            raise files.ReplaceError("the disk is full")
        files.replace(path, before, after)

    monkeypatch.setattr(writing, "replace", replace)
    (project / "more.py").write_text(OLD)
    result = upgrade()
    assert result.exit_code == 2
    assert "more.py cannot be written: the disk is full; nothing was changed" in result.stderr
    assert (project / "app.py").read_text() == OLD


def test_bytes_and_line_ends_are_kept(project: Path) -> None:
    text = "# -*- coding: latin-1 -*-\n# caf\xe9\n" + OLD
    (project / "app.py").write_bytes(text.replace("\n", "\r\n").encode("latin-1"))
    upgrade()
    wanted = "# -*- coding: latin-1 -*-\n# caf\xe9\n" + NEW
    assert (project / "app.py").read_bytes() == wanted.replace("\n", "\r\n").encode("latin-1")


def test_other_files(project: Path) -> None:
    (project / "dbos-config.yaml").write_text("name: shop\ndatabase_url: postgres://x\n# database_url: y\n")
    (project / "Dockerfile").write_text("RUN dbos migrate -D $URL\nRUN dbos migrate --sys-db-url $URL\n")
    result = upgrade("--from", "2.31")
    assert "dbos-config.yaml\n  2: [by hand] database_url: postgres://x\n" in result.stdout
    assert "Dockerfile\n  1: [by hand] RUN dbos migrate -D $URL\n" in result.stdout
    assert result.stdout.count("[by hand]") == 3
    assert upgrade("--from", "3.0").stdout.count("[by hand]") == 1


def test_a_link_that_leads_out_is_left_to_a_person(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    shared = tmp_path_factory.mktemp("shared") / "app.py"
    shared.write_text(OLD)
    (project / "link.py").symlink_to(shared)
    result = upgrade("--from", "2.31")
    assert shared.read_text() == OLD
    assert (project / "app.py").read_text() == NEW
    assert result.stdout.count("not rewritten: link.py is a link that leads out of what was named") == 2
    upgrade("--from", "2.31", "link.py")
    assert shared.read_text() == NEW
    assert (project / "link.py").is_symlink()


def test_only_what_ends_a_line_elsewhere_too_begins_another(project: Path) -> None:
    (project / "Dockerfile").write_text("# a\x0cb\x85c\u2028d\nRUN dbos migrate -D $URL\n", encoding="utf-8")
    assert "Dockerfile\n  2: [by hand] RUN dbos migrate -D $URL\n" in upgrade("--from", "2.31").stdout
