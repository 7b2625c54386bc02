"""The version of dbos that a project locks, pins or asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbos_lint.catalog.history import history, label
from dbos_lint.configuration import Configuration, Overrides, load
from dbos_lint.settings import Settings
from dbos_lint.target import detected

NEWEST = label(history().newest)
UV = """version = 1

[[package]]
name = "dbos-enterprise"
version = "9.9.9"

[[package]]
name = "dbos"
version = "{version}"
source = {{ registry = "somewhere" }}
dependencies = [{{ name = "psycopg" }}]

[package.optional-dependencies]
otel = [{{ name = "opentelemetry" }}]

[[package]]
name = "psycopg"
version = "3.1.0"
"""
PYLOCK = 'lock-version = "1.0"\n\n[[packages]]\nname = "dbos"\nversion = "{version}"\n\n[[packages]]\nname = "x"\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return tmp_path


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def version(root: Path) -> str | None:
    target = detected(str(root))
    return target.version if target else None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("uv.lock", UV.format(version="2.31.1")),
        ("uv.lock", UV.format(version="2.31.1").replace("\n", "\r\n")),
        ("poetry.lock", UV.format(version="2.31.1")),
        ("pdm.lock", UV.format(version="2.31.1")),
        ("pylock.toml", PYLOCK.format(version="2.31.1")),
        ("pylock.dev.toml", PYLOCK.format(version="2.31.1")),
        ("uv.lock", UV.format(version="2.31.1") + UV.format(version="2.9.0")),
        ("uv.lock", UV.format(version="2.31.0a5")),
        ("requirements.txt", "flask==3\ndbos[otel]==2.31.1 ; python_version > '3.9' \\\n    --hash=sha256:12\n"),
        ("requirements.txt", "dbos==2.31.1 --hash=sha256:12\n"),
        ("requirements-dev.txt", "-r base.txt\ndbos == 2.31.*\n"),
        ("requirements.txt", "flask==3\r\nDBOS==2.31.1\r\n"),
        ("requirements.txt", "dbos[otel] @ git+https://example.com/dbos.git@v2.31.1#egg=dbos\n"),
        ("requirements.txt", "dbos @ https://example.com/files/dbos-2.31.1-py3-none-any.whl\n"),
        ("Pipfile.lock", '{"default": {"dbos": {"version": "==2.31.1"}}, "develop": {}}'),
        ("Pipfile.lock", '{"default": {}, "develop": {"dbos": {"extras": ["otel"], "version": "==2.31.1"}}}'),
        ("setup.cfg", "[options]\ninstall_requires =\n    flask\n    dbos>=2.20,<3\n"),
        ("requirements/prod.txt", "# dbos==1.0\ndbos>=2.20,<=2.31.5  # later: 3\n"),
        ("pyproject.toml", "[project]\ndependencies = ['flask', 'dbos[otel] ~=2.31.1']\n"),
        ("pyproject.toml", "[project]\noptional-dependencies = { flow = ['dbos>=2.1,<3'] }\n"),
        ("pyproject.toml", "[dependency-groups]\ndev = [{ include-group = 'a' }, 'dbos<3.0']\n"),
        ("pyproject.toml", "[tool.uv]\ndev-dependencies = ['dbos<3.0']\n"),
        ("pyproject.toml", "[tool.pdm.dev-dependencies]\ndev = ['dbos<3.0']\n"),
        ("pyproject.toml", "[tool.poetry.dependencies]\ndbos = '^2.10'\n"),
        ("pyproject.toml", "[tool.poetry.dependencies]\ndbos = { version = '~2.31', extras = ['otel'] }\n"),
        ("pyproject.toml", "[tool.poetry.group.dev.dependencies]\ndbos = '2.31.1'\n"),
        ("pyproject.toml", "[tool.poetry.dependencies]\ndbos = '>=2.0, <3'\n"),
    ],
)
def test_each_file_tells_the_version(project: Path, name: str, text: str) -> None:
    path = write(project / name, text)

    assert detected(str(project)) == ("2.31", str(path))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("dbos", NEWEST),
        ("dbos>=2.31", NEWEST),
        ("dbos>2,!=2.30.*", NEWEST),
        ("dbos>=2.31,<3", "2.31"),
        ("dbos<2.31.1,>=2.20", "2.31"),
        ("dbos==2.*", "2.31"),
        ("dbos>=97.3", "97.3"),
        ("dbos==97.3.1", "97.3"),
        ("dbos @ git+https://example.com/dbos", None),
        ("dbos-enterprise==3.3", None),
        ("dboss==1", None),
        ("dbos=2", None),
    ],
)
def test_a_range_stands_for_the_newest_release_in_it(project: Path, wanted: str, expected: str | None) -> None:
    write(project / "pyproject.toml", f"[project]\nname = 'x'\ndependencies = ['{wanted}']\n")

    assert version(project) == expected


def test_a_lock_wins_over_what_is_asked_for_and_a_pin_over_a_range(project: Path) -> None:
    write(project / "pyproject.toml", "[project]\ndependencies = ['dbos>=2']\n")
    assert version(project) == NEWEST
    write(project / "requirements.txt", "dbos==2.4.0\n")
    assert version(project) == "2.4"
    write(project / "poetry.lock", UV.format(version="2.5.0"))
    assert version(project) == "2.5"


def test_the_lock_of_a_workspace_counts_where_a_member_agrees_with_it(project: Path) -> None:
    write(project / "uv.lock", UV.format(version="2.20.0"))
    write(project / "new" / "pyproject.toml", "[project]\ndependencies = ['dbos>=2.10']\n")
    write(project / "old" / "pyproject.toml", "[project]\ndependencies = ['dbos<2']\n")
    write(project / "pinned" / "pyproject.toml", "[project]\ndependencies = ['dbos==2.7.0']\n")
    write(project / "silent" / "pyproject.toml", "[project]\ndependencies = ['flask']\n")

    found = {name: version(project / name) for name in ("new", "old", "pinned", "silent")}

    assert found == {"new": "2.20", "old": "1.14", "pinned": "2.7", "silent": "2.20"}


def test_the_search_ends_at_the_root_of_a_repository(project: Path) -> None:
    write(project / "uv.lock", UV.format(version="2.20.0"))
    (project / "vendored" / ".git").mkdir(parents=True)

    assert version(project / "vendored") is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("uv.lock", '[[package]]\nname = "dbos"\nversion = [broken\n'),
        ("uv.lock", '[[package]]\nname = "dbos"\nsource = { editable = "." }\n'),
        ("uv.lock", '[[package]]\nname = "dbos"\nversion = "unknown"\n'),
        ("pyproject.toml", "[project\ndependencies = ['dbos==2.31.1']\n"),
        ("pyproject.toml", "project = 3 # dbos\n"),
        ("pyproject.toml", "[project]\ndependencies = 'dbos==2.31.1'\n"),
        ("requirements.txt", "\udcff dbos\n"),
        ("Pipfile.lock", '{"default": {"dbos": {"git": "https://example.com/dbos"}}}'),
        ("Pipfile.lock", '{"default": ["dbos"]'),
        ("setup.cfg", "[flake8]\ndbos-version = 2.31\n"),
    ],
)
def test_what_cannot_be_read_says_nothing(project: Path, name: str, text: str) -> None:
    (project / name).write_bytes(text.encode("utf-8", "surrogateescape"))

    assert version(project) is None


def test_the_settings_of_a_file_are_for_the_version_of_its_project(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    lock = write(project / "uv.lock", UV.format(version="2.20.0"))
    write(project / "pyproject.toml", "[tool.dbos-lint]\nselect = ['DBS2']\n")
    own = write(project / "own" / "dbos-lint.toml", "dbos-version = '2.7'\n")

    settings = load(project / "a" / "m.py")
    assert (settings.dbos_version, settings.version_source) == ("2.20", str(lock))
    settings = load(project / "own" / "m.py")
    assert (settings.dbos_version, settings.version_source) == ("2.7", str(own))
    configuration = Configuration(str(project))
    assert configuration.for_folder(str(project / "a")) is configuration.for_folder(str(project / "b"))


def test_an_option_wins_over_what_is_detected_and_an_isolated_run_looks_nowhere(project: Path) -> None:
    write(project / "uv.lock", UV.format(version="2.20.0"))

    given = Configuration(str(project), overrides=Overrides(str(project), dbos_version="1.4")).for_file("m.py")
    isolated = Configuration(str(project), isolated=True).for_file("m.py")

    assert (given.dbos_version, given.version_source) == ("1.4", "--dbos-version")
    assert (isolated.dbos_version, isolated.version_source) == (Settings(str(project)).dbos_version, "")


def test_the_default_is_the_newest_known_release(tmp_path: Path) -> None:
    assert Settings(str(tmp_path)).dbos_version == NEWEST
