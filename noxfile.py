"""Everything that CI runs: ``nox`` runs it all, ``nox -s tests`` one session of it."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "virtualenv"
# A machine has the interpreters it has; nox would make the missing ones an error under CI.
nox.options.error_on_missing_interpreters = False

SUPPORTED = ("3.10", "3.11", "3.12", "3.13", "3.14")
COVERED_PERCENT = 95
# Programs on dbos wait more than they work.
PROGRAMS_AT_ONCE = 2 * (os.cpu_count() or 1)
# By file: all fixtures go through all doors once, for the tests of one file.
PARALLEL = ("-n", "auto", "--dist", "loadfile")

# The shims of pyenv come first in PATH and refuse to start a version that is not activated: look behind them.
_pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
os.environ["PATH"] = os.pathsep.join([*map(str, sorted(_pyenv.glob("3.*/bin"))), os.environ["PATH"]])
# The newest: since 3.12 an interpreter can tell which lines run for next to nothing.
NEWEST = next(
    (version for version in reversed(SUPPORTED) if shutil.which(f"python{version}")),
    f"{sys.version_info.major}.{sys.version_info.minor}",
)


def install(session: nox.Session, *groups: str) -> None:
    """Install the project, editable, and dependency groups. Read by nox: only new versions of pip know groups."""
    session.install("-e", ".", *nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), *groups))


@nox.session
def lint(session: nox.Session) -> None:
    """Style, and our own flake8 plugin on our own code."""
    install(session, "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("flake8")
    session.run("dbos-lint", "check", "src", "tools", "tests")


@nox.session
def types(session: nox.Session) -> None:
    """Strict types."""
    install(session, "types")
    session.run("mypy")


@nox.session(python=NEWEST)
def tests(session: nox.Session) -> None:
    """The tests that need neither dbos nor the network, with the coverage of the package."""
    install(session, "test")
    session.env["COVERAGE_FILE"] = str(Path(session.create_tmp()).resolve() / "coverage")
    if int(NEWEST.partition(".")[2]) >= 12:
        session.env["COVERAGE_CORE"] = "sysmon"
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", *PARALLEL, "-m", "not slow and not oracle", *session.posargs)
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report", f"--fail-under={COVERED_PERCENT}", "--skip-covered")


@nox.session
def oracle(session: nox.Session) -> None:
    """The programs that run on the real dbos, each in processes of its own, so that they can share the processors."""
    install(session, "test", "oracle")
    session.env["DBOS_LINT_OLD_DBOS"] = old_dbos(session)
    session.run("pytest", "-m", "oracle", "-n", str(PROGRAMS_AT_ONCE), *session.posargs)


def old_dbos(session: nox.Session) -> str:
    """The interpreter of a second environment, which has the release of dbos that upgraded programs come from."""
    folder = Path(session.create_tmp()).resolve() / "old-dbos"
    python = str(folder / ("Scripts" if os.name == "nt" else "bin") / "python")
    session.run("python", "-m", "venv", str(folder))
    group = nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), "old-dbos")
    session.run(python, "-m", "pip", "install", "--quiet", *group, external=True)
    return python


@nox.session(python=[version for version in SUPPORTED if version != NEWEST])
def unit(session: nox.Session) -> None:
    """On every other interpreter of this machine: what it may change, and of what is tried for long, a part."""
    install(session, "test")
    session.env["DBOS_LINT_EFFORT"] = "0"
    session.run("pytest", *PARALLEL, "-m", "not slow and not oracle and not once", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """The pages, the index and the README's table agree with the rules."""
    install(session)
    session.run("python", "tools/docs.py", "--check")


@nox.session
def readme(session: nox.Session) -> None:
    """What a user does first: the README's commands, the wheel and the pre-commit hook, each installed afresh."""
    install(session, "test")
    session.run("pytest", "-m", "slow", *session.posargs)


@nox.session
def instructions(session: nox.Session) -> None:
    """Fixed runs take no more instructions than is committed to. ``nox -s instructions -- --renew`` commits anew."""
    install(session)
    session.env["PYTHONDONTWRITEBYTECODE"] = ""
    session.run("python", "benchmarks/instructions.py", *session.posargs)
