"""Files that are no files, links that lead astray and names that nobody should give: each with its answer."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dbos_lint.cli import cli
from tests.nasty.sources import CLOCK, WORKFLOW

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs the files of POSIX")
CLEAN = "import dbos\n"
HELPER = WORKFLOW.replace("import time\n", "import helper\n").replace("time.time()", "helper.stamp()")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.chdir(root)
    (root / "clock.py").write_text(WORKFLOW, encoding="utf-8")
    return root


def check(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, ["check", "--isolated", "--output-format", "concise", *arguments])
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result


def findings(*arguments: str) -> list[str]:
    """``name:row: code`` of each finding, and the words of each DBS001."""
    found = json.loads(check("--output-format", "json", "-q", *arguments).stdout)
    return [
        f"{Path(each['filename']).name}:{each['location']['row']}: {each['code']}"
        + (f" {each['message']}" if each["code"] == "DBS001" else "")
        for each in found
    ]


MINE = f"clock.py:{CLOCK}: DBS201"


def fifo(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def loop(path: Path) -> None:
    path.symlink_to(path)


def nowhere(path: Path) -> None:
    path.symlink_to("nowhere")


def folder(path: Path) -> None:
    path.mkdir()


def socket_(path: Path) -> None:
    import socket

    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(path))


NOT_FILES: dict[str, tuple[Callable[[Path], None], str]] = {
    "fifo": (fifo, "not a regular file"),
    "device": (device, "not a regular file"),
    "loop": (loop, "leads nowhere"),
    "nowhere": (nowhere, "leads nowhere"),
    "socket": (socket_, "not a regular file"),
}


@pytest.mark.parametrize("kind", NOT_FILES)
def test_what_is_no_file_is_never_opened_and_told_of(kind: str, project: Path) -> None:
    make, reason = NOT_FILES[kind]
    make(project / "helper.py")
    (project / "user.py").write_text(HELPER, encoding="utf-8")
    assert findings() == [MINE]  # and what imports it is judged without it
    told = check("-v").stderr
    assert re.search(rf"^skipped: helper\.py \(.*{reason}\)$", told, re.MULTILINE)


@pytest.mark.parametrize("kind", ["fifo", "device", "loop"])
def test_what_is_no_file_is_a_finding_where_it_is_named(kind: str, project: Path) -> None:
    NOT_FILES[kind][0](project / "x.py")
    (found,) = findings("x.py")
    assert found.startswith("x.py:1: DBS001 file is not linted: it cannot be read: ")


@pytest.mark.parametrize("name", ["pyproject.toml", "dbos-lint.toml", ".gitignore", "requirements.txt", "uv.lock"])
def test_a_pipe_in_place_of_a_configuration_is_no_trap(name: str, project: Path) -> None:
    (project / ".git").mkdir()
    os.mkfifo(project / name)
    result = CliRunner().invoke(cli, ["check", "--output-format", "concise"])
    assert result.exit_code in {1, 2}
    assert isinstance(result.exception, SystemExit)


def test_a_folder_may_have_the_name_of_a_program(project: Path) -> None:
    inside = project / "helper.py"
    inside.mkdir()
    (inside / "again.py").write_text(WORKFLOW, encoding="utf-8")
    (project / "user.py").write_text(HELPER, encoding="utf-8")
    assert findings() == [MINE, f"again.py:{CLOCK}: DBS201"]
    assert findings("helper.py") == [f"again.py:{CLOCK}: DBS201"]


def test_links_that_go_round_are_walked_once(project: Path) -> None:
    (project / "a").mkdir()
    (project / "a" / "b").symlink_to(project)
    (project / "self").symlink_to(".")
    assert findings() == [MINE]
    assert findings("a/b/a/b/clock.py") == [MINE]


def test_a_link_to_a_file_outside_is_linted_and_left_alone(project: Path) -> None:
    outside = project.parent / "outside.py"
    text = WORKFLOW.replace("time.time()", "time.sleep(2)")
    outside.write_text(text, encoding="utf-8")
    (project / "link.py").symlink_to(outside)
    (project / "clock.py").unlink()
    before = findings()
    assert before, "nothing to fix"
    result = check("--fix", "--unsafe-fixes")
    assert outside.read_text(encoding="utf-8") == text
    assert result.exit_code == 2
    assert "link.py cannot be replaced" in result.stderr
    assert "a link that leads out of what was named" in result.stderr
    check("--fix", "--unsafe-fixes", "link.py")
    assert outside.read_text(encoding="utf-8") != text
    assert (project / "link.py").is_symlink()


@pytest.fixture
def forbidden(project: Path) -> Iterator[Path]:
    path = project / "closed.py"
    path.write_text(WORKFLOW, encoding="utf-8")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    yield path
    path.chmod(0o600)


def test_what_may_not_be_read_is_a_finding(forbidden: Path) -> None:
    assert [each.partition(" file")[0] for each in findings()] == [MINE, "closed.py:1: DBS001"]


NAMES = {
    "newline": "a\nb.py",
    "carriage_return": "a\rb.py",
    "escape": "\x1b[31mred\x1b]0;owned\x07.py",
    "bell": "a\x07.py",
    "bidi": "\u202eyp.x.py",
    "zero_width": "a\u200bb.py",
    "command": "a%0A::error::owned.py",
    "colons": "a::b,c=d.py",
    "quotes": "a\"b'c.py",
    "spaces": " a b .py",
    "dash": "-rf.py",
    "dots": "...py",
    "only_suffix": ".py",
    "glob": "[a-z]*?.py",
    "backslash": "a\\b.py",
    "tab": "a\tb.py",
    "html": "<script>alert(1)<.py",
    "surrogate": os.fsdecode(b"a\xff\xfeb.py"),
    "long": "x" * 250 + ".py",
    "emoji": "\U0001f4a5\u200d.py",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_does_no_harm(name: str, project: Path) -> None:
    try:
        (project / name).write_text(WORKFLOW, encoding="utf-8")
    except (OSError, UnicodeError):
        pytest.skip("this file system has no such names")
    (project / "clock.py").unlink()
    for output_format in ("concise", "full", "github"):
        printed = check("--output-format", output_format, "-q").stdout
        assert printed.count("DBS201") >= 1
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]", printed)
        if output_format != "full":  # nothing in a name begins another line
            (row,) = printed.splitlines()
            assert output_format == "concise" or re.match(r"::\w+ title=[^,:]*,file=[^,:]*,line=5,", row)
    for output_format in ("json", "sarif"):
        json.loads(check("--output-format", output_format, "-q").stdout)
    with suppress(UnicodeError):
        check(os.fsencode(name).decode())


def test_a_deep_tree_is_walked(project: Path) -> None:
    deep = project
    for _ in range(200):
        deep /= "d"
        deep.mkdir()
    (deep / "clock.py").write_text(WORKFLOW, encoding="utf-8")
    assert findings() == [MINE, MINE]


def test_modules_that_import_each_other_in_a_ring_end(project: Path) -> None:
    for number in range(50):
        (project / f"m{number}.py").write_text(f"from m{(number + 1) % 50} import *\n", encoding="utf-8")
    (project / "user.py").write_text("from m0 import stamp as helper\n" + WORKFLOW, encoding="utf-8")
    assert findings() == [MINE, f"user.py:{CLOCK + 1}: DBS201"]


@pytest.mark.parametrize("name", ["newline", "tab", "quotes", "backslash", "spaces", "surrogate", "escape", "emoji"])
def test_git_takes_the_patch_of_a_file_whatever_its_name_is(name: str, project: Path) -> None:
    path = project / NAMES[name]
    try:
        path.write_text(WORKFLOW.replace("time.time()", "time.sleep(2)"), encoding="utf-8")
    except (OSError, UnicodeError):
        pytest.skip("this file system has no such names")
    patch = check("--diff", "--unsafe-fixes").stdout_bytes
    subprocess.run(["git", "apply", "-p0"], input=patch, cwd=project, check=True)
    assert "DBOS.sleep(2)" in path.read_text(encoding="utf-8")
