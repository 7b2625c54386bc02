"""Settings: which file they come from, what they may hold, and what is said when they are wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dbos_lint.configuration import (
    OPTIONS,
    OWN_FILE,
    Configuration,
    Overrides,
    SettingsError,
    load,
    parse,
    selectors,
    target_version,
)
from dbos_lint.settings import Settings


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_every_option_is_a_field_and_every_field_an_option() -> None:
    names = {name.replace("_", "-") for name in Settings._fields} - {"root", "config", "version-source"}
    assert names == set(OPTIONS)


def test_every_option_can_be_read(project: Path) -> None:
    config = write(
        project / "pyproject.toml",
        """
        [tool.dbos-lint]
        src = ["lib"]
        dbos-version = ">=2.30,<3"
        workflow-decorators = ["app.wf"]
        step-decorators = ["app.st"]
        transaction-decorators = ["app.tx"]
        extra-nondeterministic = ["acme.*"]
        known-deterministic = ["acme.pure"]
        follow = ["acme"]
        select = ["DBS2"]
        ignore = ["DBS201"]
        extend-select = ["DBS3"]
        extend-ignore = ["ALL"]
        exclude = ["gen"]
        extend-exclude = ["old/*"]
        respect-gitignore = false
        require-reason = true
        [tool.dbos-lint.per-file-ignores]
        "tests/*" = ["DBS1", "DBS901"]
        """,
    )
    assert load(project / "app" / "main.py") == Settings(
        root=str(project),
        version_source=str(config),
        src=("lib",),
        dbos_version="2.30",
        workflow_decorators=("app.wf",),
        step_decorators=("app.st",),
        transaction_decorators=("app.tx",),
        extra_nondeterministic=("acme.*",),
        known_deterministic=("acme.pure",),
        follow=("acme",),
        select=("DBS2",),
        ignore=("DBS201",),
        extend_select=("DBS3",),
        extend_ignore=("ALL",),
        per_file_ignores=(("tests/*", ("DBS1", "DBS901")),),
        exclude=("gen",),
        extend_exclude=("old/*",),
        respect_gitignore=False,
        require_reason=True,
        config=str(config),
    )


def test_the_nearest_configuration_wins_and_a_file_of_our_own_wins_in_its_folder(project: Path) -> None:
    write(project / "pyproject.toml", "[tool.dbos-lint]\ndbos-version = '1.1'\n")
    write(project / "a" / "dbos-lint.toml", "dbos-version = '1.2'\n")
    write(project / "a" / "pyproject.toml", "[tool.dbos-lint]\ndbos-version = '1.3'\n")
    write(project / "a" / "b" / "pyproject.toml", "[project]\nname = 'b'\n")
    write(project / "a" / "c" / "pyproject.toml", "[project]\ndependencies = ['dbos-lint']\n")
    versions = {name: load(project / name / "m.py").dbos_version for name in (".", "a", "a/b", "a/c", "z")}
    assert versions == {".": "1.1", "a": "1.2", "a/b": "1.2", "a/c": "1.2", "z": "1.1"}
    assert load(project / "a" / "b" / "m.py").root == str(project / "a")


def test_a_pyproject_that_does_not_name_the_linter_may_be_broken(project: Path) -> None:
    write(project / "pyproject.toml", "[project\nname = {{ cookiecutter.name }}\n")
    assert load(project / "m.py") == Settings(str(project))


def test_without_configuration_the_root_is_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = tmp_path / "work"
    write(work / "mono" / "one" / "setup.py")
    write(tmp_path / "lib" / "pkg" / "sub" / "__init__.py")
    write(tmp_path / "lib" / "pkg" / "__init__.py")
    monkeypatch.chdir(work)
    assert load(work / "mono" / "one" / "src" / "m.py").root == str(work / "mono" / "one")
    assert load(work / "mono" / "two" / "m.py").root == str(work)
    assert load(tmp_path / "lib" / "pkg" / "sub" / "m.py").root == str(tmp_path / "lib")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("selct = []", "unknown option 'selct'; did you mean 'select'?"),
        ("dbos_version = '3'", "unknown option 'dbos_version'; did you mean 'dbos-version'?"),
        ("zzz = 1", "unknown option 'zzz'"),
        ("src = 'lib'", "'src' must be a list of non-empty strings, not a string"),
        ("src = ['lib', 3]", "'src' must be a list of non-empty strings"),
        ("src = ['']", "'src' must be a list of non-empty strings"),
        ("require-reason = 'yes'", "'require-reason' must be true or false, not a string"),
        ("dbos-version = 3.4", "'dbos-version' must be a string, not a number"),
        ("dbos-version = 2026-01-01", "'dbos-version' must be a string, not a date or time"),
        ("dbos-version = 'new'", "'dbos-version' must be a version such as '3.4' or '>=2.30,<3', not 'new'"),
        ("select = ['DBS20l']", "'select' names 'DBS20l', which is no rule and no prefix of one; did you mean"),
        ("ignore = ['E501']", "'ignore' names 'E501', which is no rule and no prefix of one"),
        ("per-file-ignores = ['x']", "'per-file-ignores' must be a table of patterns and codes, not a list"),
        ("[per-file-ignores]\nx = ['DBS999']", "'per-file-ignores' names 'DBS999'"),
        ("src = [", "not valid TOML"),
    ],
)
def test_what_is_wrong_names_file_and_key(project: Path, text: str, message: str) -> None:
    config = write(project / "dbos-lint.toml", text)
    with pytest.raises(SettingsError) as error:
        load(project / "m.py")
    assert str(error.value).startswith(f"{config}: {message}")


def test_the_table_must_be_a_table(project: Path) -> None:
    write(project / "pyproject.toml", "[tool]\ndbos-lint = 1\n")
    with pytest.raises(SettingsError, match=r"'tool\.dbos-lint' must be a table"):
        load(project / "m.py")


def test_bytes_that_are_no_text_are_no_toml(project: Path) -> None:
    (project / "dbos-lint.toml").write_bytes(b"src = ['\xff']")
    with pytest.raises(SettingsError, match="not valid TOML"):
        load(project / "m.py")


def test_a_byte_order_mark_is_no_fault(project: Path) -> None:
    (project / "dbos-lint.toml").write_bytes(b"\xef\xbb\xbfsrc = ['x']")
    assert load(project / "m.py").src == ("x",)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("3", "3.0"),
        ("2.31", "2.31"),
        ("3.4.0", "3.4"),
        (" 3.4 ", "3.4"),
        (">=2.30,<3", "2.30"),
        ("<3,>=2.30", "2.30"),
        ("~=3.1", "3.1"),
        ("==3.4.*", "3.4"),
        (">=2,>=2.5", "2.5"),
        (">2.30", "2.30"),
        (">=2.30,!=2.30.1", "2.30"),
        (">=3.0rc1", "3.0"),
    ],
)
def test_the_target_is_the_lowest_version_allowed(text: str, version: str) -> None:
    assert target_version(text) == version


@pytest.mark.parametrize("value", ["", "three", "3.x", "<3", "!=3", ">=3,<3", ">=3,<=2", ">=", 3, None])
def test_other_targets_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"must|allows"):
        target_version(value)


def test_a_named_file_is_used_for_all_and_its_patterns_are_relative_to_the_working_folder(project: Path) -> None:
    write(project / "a" / "dbos-lint.toml", "dbos-version = '1.2'\n")
    other = write(project / "conf" / "strict.toml", "dbos-version = '1.9'\n")
    settings = Configuration(str(project), "conf/strict.toml").for_file(str(project / "a" / "m.py"))
    assert (settings.dbos_version, settings.root, settings.config) == ("1.9", str(project), str(other))


def test_a_named_pyproject_needs_the_table(project: Path) -> None:
    write(project / "pyproject.toml", "[project]\n")
    with pytest.raises(SettingsError, match=r"there is no \[tool.dbos-lint\] table"):
        Configuration(str(project), "pyproject.toml").for_file(str(project / "m.py"))


def test_a_named_file_must_exist(project: Path) -> None:
    with pytest.raises(SettingsError, match=r"absent\.toml: cannot be read"):
        Configuration(str(project), "absent.toml").for_file(str(project / "m.py"))


def test_an_isolated_run_reads_nothing(project: Path) -> None:
    write(project / "dbos-lint.toml", "nonsense")
    assert Configuration(str(project), isolated=True).for_file(str(project / "m.py")) == Settings(str(project))


def test_the_command_line_overrides_the_file(project: Path) -> None:
    write(project / "lib" / "dbos-lint.toml", "dbos-version = '1.2'\nexclude = ['a']\nextend-exclude = ['b']\n")
    overrides = Overrides(
        str(project),
        per_file_ignores=(("lib/*", ("DBS2",)), ("!lib/x/*", ("DBS3",)), ("test_*", ("DBS1",))),
        exclude=("gen", "lib/out"),
        extend_exclude=("more",),
        respect_gitignore=False,
        dbos_version="2.0",
    )
    settings = Configuration(str(project), overrides=overrides).for_file(str(project / "lib" / "m.py"))
    assert settings.dbos_version == "2.0"
    assert settings.exclude == ("gen", f"{project}/lib/out")
    assert settings.extend_exclude == ("b", "more")
    assert settings.respect_gitignore is False
    patterns = [pattern for pattern, _ in settings.per_file_ignores]
    assert patterns == [f"{project}/lib/*", f"!{project}/lib/x/*", "test_*"]


def test_overrides_that_say_nothing_change_nothing(project: Path) -> None:
    settings = parse({"select": ["DBS2"]}, project, project / "x.toml")
    assert Overrides(str(project)).apply(settings) is settings


def test_selectors_come_back_as_they_are() -> None:
    assert selectors(["DBS2", "ALL"]) == ("DBS2", "ALL")


def test_a_file_may_stand_in_any_depth(tmp_path: Path) -> None:
    (tmp_path / OWN_FILE).write_text("", encoding="utf-8")
    deep = os.path.join(tmp_path, *["d"] * 1_900, "app.py")
    assert Configuration(str(tmp_path)).for_file(deep).root == str(tmp_path)
    assert Configuration(str(tmp_path), isolated=True).for_file(deep).root == str(tmp_path)


def test_what_stands_above_a_configuration_is_not_read(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    (inner / "package").mkdir(parents=True)
    (tmp_path / OWN_FILE).write_text("[", encoding="utf-8")
    (inner / OWN_FILE).write_text("", encoding="utf-8")
    configuration = Configuration(str(tmp_path))
    assert configuration.for_folder(str(inner / "package"), ["app.py"]).root == str(inner)
    with pytest.raises(SettingsError):
        configuration.for_folder(str(tmp_path))
