"""What the README says: its commands run and print what it shows, and its options are the options there are."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from dbos_lint import configuration
from dbos_lint.flake8_plugin import Plugin
from tests.checkout import clean_environment, copy_checkout

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block that a comment marks as one to test."""

    test: str
    language: str
    text: str


def marked(language: str | None = None) -> list[Block]:
    found = re.findall(r"^<!-- test: (.*?) -->\n```(\w+)\n(.*?)^```$", README, re.M | re.S)
    return [Block(*block) for block in found if language in (None, block[1])]


def fenced(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.M | re.S)


def one(test: str) -> Block:
    (block,) = (block for block in marked() if block.test == test)
    return block


def shell(command: str, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def with_our_commands() -> dict[str, str]:
    return {**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}


@pytest.mark.parametrize("block", marked("console"), ids=lambda block: block.text.splitlines()[0])
def test_a_session_prints_what_the_readme_shows(block: Block) -> None:
    command, _, output = block.text.removeprefix("$ ").partition("\n")

    done = shell(command, ROOT, with_our_commands())

    assert done.stderr == ""
    assert done.stdout == output
    assert done.returncode == int(block.test.removeprefix("exit "))


@pytest.mark.parametrize("block", [block for block in marked("bash") if block.test.startswith("exit ")])
def test_commands_leave_with_the_code_that_the_readme_names(block: Block) -> None:
    for command in block.text.splitlines():
        done = shell(command, ROOT, with_our_commands())

        assert (done.returncode, done.stderr) == (int(block.test.removeprefix("exit ")), "")
        assert done.stdout


def test_blocks_of_every_kind_are_marked() -> None:
    assert [block.test for block in marked()] == ["exit 1", "install", "exit 0", "exit 0", "all"]


@pytest.mark.slow
def test_the_installing_command_finds_the_faults_of_the_shop_and_the_wheel_holds_the_pages(tmp_path: Path) -> None:
    checkout = copy_checkout(tmp_path / "checkout")

    done = shell(one("install").text, checkout, clean_environment())

    assert done.returncode == 0, done.stderr
    assert {"DBS101", "DBS201", "DBS301", "DBS901"} <= set(re.findall(r"DBS\d{3}", done.stdout))
    command = checkout / ".venv" / "bin" / "dbos-lint"
    page = shell(f"{command} rule DBS301", tmp_path, clean_environment())
    assert page.returncode == 0
    for heading in ("What it does", "Use instead", "References"):
        assert heading in page.stdout


def test_every_option_is_explained() -> None:
    explained = set(re.findall(r"^\| `([a-z0-9-]+)` \|", README, re.M))

    assert explained == set(configuration.OPTIONS)


def test_every_option_of_the_plugin_is_named() -> None:
    options: list[str] = []

    class Manager:
        def extend_default_ignore(self, codes: list[str]) -> None: ...

        def add_option(self, name: str, **keywords: object) -> None:
            assert keywords["parse_from_config"] is True
            options.append(name.removeprefix("--"))

    Plugin.add_options(Manager())

    assert set(re.findall(r"`(dbos-[a-z-]+)`", README)) & set(options) == set(options)


def test_examples_of_the_configuration_are_right() -> None:
    tables = [tomllib.loads(text)["tool"] for text in fenced("toml")]
    ours = [table["dbos-lint"] for table in tables if "dbos-lint" in table]

    assert [configuration.parse(table, ROOT, ROOT / "pyproject.toml").dbos_version for table in ours] == ["3.4"]


def test_the_hook_is_called_as_the_repository_calls_it() -> None:
    assert re.findall(r"id: (\S+)", "".join(fenced("yaml"))) == re.findall(
        r"id: (\S+)", (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
    )


def test_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", README)

    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []
