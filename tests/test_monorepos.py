"""The recipes of ``docs/monorepos.md`` and ``contrib/`` are run, as far as they can be without their tools."""

from __future__ import annotations

import ast
import importlib
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.checkout import ROOT, clean_environment, git

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(sys.platform == "win32", reason="the recipes are for a POSIX shell"),
]

PAGE = (ROOT / "docs" / "monorepos.md").read_text("utf-8")
BAZEL = ROOT / "contrib" / "bazel" / "dbos_lint.bzl"
PANTS = ROOT / "contrib" / "pants" / "dbos_lint_plugin"


def block(test: str) -> str:
    (found,) = re.findall(rf"^<!-- test: {test} -->\n```\w+\n(.*?)^```$", PAGE, re.M | re.S)
    return str(found)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project with findings, in a folder that nothing else is in."""
    project = tmp_path / "project"
    shutil.copytree(ROOT / "examples" / "shop" / "shop", project / "shop")
    (project / "dbos-lint.toml").touch()
    return project


@pytest.fixture
def shell(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Run a command in a folder where ``dbos-lint`` is this one."""
    commands = tmp_path / "bin"
    commands.mkdir()
    command = commands / "dbos-lint"
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT / "src"}" exec "{sys.executable}" -m dbos_lint "$@"\n', "utf-8")
    command.chmod(0o755)

    def run(text: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
        path = os.pathsep.join([str(commands), os.environ["PATH"]])
        return subprocess.run(
            ["sh", "-c", text],
            cwd=folder,
            env={**clean_environment(), "PATH": path, **environment},
            capture_output=True,
            check=False,
        )

    return run


Shell = Callable[..., subprocess.CompletedProcess[bytes]]


def whole(shell: Shell, folder: Path, output_format: str) -> bytes:
    """What one run over everything prints."""
    done = shell(f"dbos-lint check --output-format {output_format}", folder)
    assert done.returncode == 1, done.stderr
    return done.stdout


def test_the_shares_of_xargs_are_one_run(shop: Path, shell: Shell) -> None:
    expected = whole(shell, shop, "json-lines")
    done = shell(block("shell"), shop)
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout == expected


def test_what_changed_is_linted_by_name(shop: Path, shell: Shell) -> None:
    git(shop, "init", "-q")
    git(shop, "add", ".")
    git(shop, "commit", "-q", "-m", "all")
    assert shell(block("changed"), shop).returncode == 0
    with (shop / "shop" / "checkout.py").open("a", encoding="utf-8") as file:
        file.write("\n")
    (shop / "shop" / "mail.py").unlink()
    done = shell(block("changed"), shop)
    assert done.returncode == 123  # what xargs makes of 1
    assert b"DBS201" in done.stdout
    assert b"shop/payments.py" not in done.stdout


def steps(text: str, **values: object) -> str:
    """A command of a workflow of GitHub's, with the values of its matrix."""
    return re.sub(r"\$\{\{ matrix\.(\w+) \}\}", lambda found: str(values[found[1]]), text)


def test_the_jobs_of_github_are_one_run(shop: Path, shell: Shell) -> None:
    jobs = importlib.import_module("yaml").safe_load(block("github"))["jobs"]
    lint, merge = (
        [step["run"] for step in jobs[job]["steps"] if "run" in step and "pip install" not in step["run"]]
        for job in ("shard", "merge")
    )
    expected = whole(shell, shop, "sarif")
    for share in jobs["shard"]["strategy"]["matrix"]["shard"]:
        for command in lint:
            done = shell(steps(command, shard=share), shop)
            assert (done.returncode, done.stderr) == (0, b"")
    (command,) = merge
    assert shell(command, shop).returncode == 1
    assert (shop / "dbos-lint.sarif").read_bytes() == expected


def test_the_jobs_of_gitlab_are_one_run(shop: Path, shell: Shell) -> None:
    jobs = importlib.import_module("yaml").safe_load(block("gitlab"))
    expected = whole(shell, shop, "json-lines")
    total = jobs["dbos-lint"]["parallel"]
    for number in range(1, total + 1):
        for command in jobs["dbos-lint"]["script"][1:]:
            done = shell(command, shop, CI_NODE_INDEX=str(number), CI_NODE_TOTAL=str(total))
            assert (done.returncode, done.stderr) == (0, b"")
    (command,) = jobs["dbos-lint-report"]["script"][1:]
    done = shell(command, shop)
    assert (done.returncode, done.stdout) == (1, expected)


# ---------------------------------------------------------------------- Bazel


def file(path: str) -> SimpleNamespace:
    return SimpleNamespace(short_path=path, extension=path.rpartition(".")[2])


class Runfiles(list[Any]):
    def merge(self, other: list[Any]) -> Runfiles:
        return Runfiles([*self, *other])


def bazel_test(srcs: list[str], data: list[str], config: str | None, *arguments: str) -> tuple[str, list[str]]:
    """The script that the rule writes, and the files that it asks for. Starlark is read as the Python that it is."""
    info = SimpleNamespace
    names: dict[str, Any] = {
        "rule": lambda **options: options,
        "attr": SimpleNamespace(**dict.fromkeys(("label_list", "label", "string_list", "string"), dict)),
        "DefaultInfo": info,
    }
    exec(compile(BAZEL.read_text("utf-8"), BAZEL.name, "exec"), names)
    written: list[str] = []
    tool = {info: SimpleNamespace(default_runfiles=Runfiles([file("tools/dbos_lint")]))}
    context = SimpleNamespace(
        files=SimpleNamespace(srcs=[*map(file, srcs)], data=[*map(file, data)]),
        file=SimpleNamespace(config=config and file(config)),
        executable=SimpleNamespace(tool=file("tools/dbos_lint")),
        attr=SimpleNamespace(output_format="json-lines", arguments=list(arguments), tool=tool),
        label=SimpleNamespace(name="lint"),
        actions=SimpleNamespace(declare_file=str, write=lambda path, text, is_executable: written.append(text)),
        runfiles=lambda files: Runfiles(files),
    )
    (result,) = names["dbos_lint_test"]["implementation"](context)
    return written[0], [each.short_path for each in result.runfiles]


@pytest.fixture
def sandbox(shop: Path, shell: Shell, tmp_path: Path) -> Iterator[Callable[..., subprocess.CompletedProcess[bytes]]]:
    """Run a script as Bazel does: among links to the files that it has asked for, which cannot be written to."""
    folder = tmp_path / "sandbox"
    files = [path for path in shop.rglob("*") if path.is_file()]

    def run(script: str, inputs: list[str], **environment: str) -> subprocess.CompletedProcess[bytes]:
        shutil.rmtree(folder, ignore_errors=True)
        for name in inputs:
            link = folder / name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(tmp_path / "bin" / "dbos-lint" if name == "tools/dbos_lint" else shop / name)
        before = {path: path.read_bytes() for path in files}
        for path in files:
            path.chmod(stat.S_IRUSR)
        done = shell(script, folder, **environment)
        assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()) == sorted(
            inputs
        )
        assert {path: path.read_bytes() for path in files} == before
        return done

    yield run
    for path in files:
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)


Sandbox = Callable[..., subprocess.CompletedProcess[bytes]]
SHOP = sorted(str(path.relative_to(ROOT / "examples" / "shop")) for path in (ROOT / "examples" / "shop").rglob("*.py"))


def relative(output: bytes) -> list[tuple[str, str]]:
    return re.findall(r'"code":"(\w+)".*?"filename":"[^"]*/(shop/\w+\.py)"', output.decode())


def test_bazel_lints_what_it_is_told(shop: Path, shell: Shell, sandbox: Sandbox) -> None:
    done = sandbox(*bazel_test(SHOP, [], "dbos-lint.toml"))
    assert (done.returncode, done.stderr) == (1, b"")
    assert relative(done.stdout) == relative(whole(shell, shop, "json-lines"))
    assert sandbox(*bazel_test(SHOP, [], None, "--select", "DBS9")).returncode == 1
    assert sandbox(*bazel_test(SHOP, [], None, "--select", "DBS001")).returncode == 0


def test_bazel_reads_data_and_lints_it_not(shop: Path, sandbox: Sandbox) -> None:
    others = [name for name in SHOP if name != "shop/checkout.py"]
    done = sandbox(*bazel_test(["shop/checkout.py"], others, None, "--select", "DBS201"))
    assert relative(done.stdout) == [("DBS201", "shop/checkout.py")]
    # The clock is read two files away, and nobody knows of what is no input.
    assert sandbox(*bazel_test(["shop/checkout.py"], [], None, "--select", "DBS201")).returncode == 0


def test_bazel_shards_are_our_shares(shop: Path, shell: Shell, sandbox: Sandbox, tmp_path: Path) -> None:
    script, inputs = bazel_test(SHOP, [], None)
    status = tmp_path / "status"
    found = []
    for number in range(3):
        shard = {"TEST_TOTAL_SHARDS": "3", "TEST_SHARD_INDEX": str(number), "TEST_SHARD_STATUS_FILE": str(status)}
        found += relative(sandbox(script, inputs, **shard).stdout)
    assert status.exists()
    assert sorted(found) == sorted(relative(whole(shell, shop, "json-lines")))


def test_names_in_bazel_are_no_commands(shop: Path, sandbox: Sandbox) -> None:
    name = "shop/it's $(touch harm) `touch harm`.py"
    (shop / name).write_text("import dbos\n", "utf-8")
    done = sandbox(*bazel_test([name], [], None))
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


# ---------------------------------------------------------------------- Pants


def test_pants_runs_a_command_that_there_is(shop: Path, shell: Shell) -> None:
    """The words that the plugin writes itself; Pants puts the number of processes into one of them."""
    tree = ast.parse((PANTS / "rules.py").read_text("utf-8"))
    (words,) = (node.value for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "argv")
    assert isinstance(words, ast.Tuple)
    command = [str(each.value) for each in words.elts if isinstance(each, ast.Constant)]
    assert command[-1] == "--"
    files = " ".join(SHOP)
    done = shell(" ".join(["dbos-lint", *command, files]).format(pants_concurrency=1), shop)
    assert done.returncode == 1, done.stderr
    assert done.stdout == shell("dbos-lint check", shop).stdout


def test_the_plugin_of_pants_is_python_that_pants_can_read() -> None:
    files = list(PANTS.glob("*.py"))
    assert files
    for path in files:
        ast.parse(path.read_text("utf-8"), feature_version=(3, 9))  # Pants runs on its own Python


def test_the_plugin_of_pants_has_the_defaults_that_pants_demands() -> None:
    """As Pants 2.17.1 was seen to: without them, or with others, it refuses to start."""
    tree = ast.parse((PANTS / "subsystem.py").read_text("utf-8"))
    (tool,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "DbosLint")
    given = {
        ast.unparse(each.target if isinstance(each, ast.AnnAssign) else each.targets[0]): each.value
        for each in tool.body
        if isinstance(each, (ast.Assign, ast.AnnAssign))
    }
    for name in ("default_requirements", "default_interpreter_constraints"):
        assert isinstance(given[name], ast.List)
    assert isinstance(given["default_version"], ast.Constant)
    assert len(ast.literal_eval(given["default_lockfile_resource"])) == 2
