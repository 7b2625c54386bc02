"""Where settings come from: ``[tool.dbos-lint]`` of a pyproject.toml, or a dbos-lint.toml, in the nearest folder
above each file. What is wrong in them is a :class:`SettingsError` that names file and key."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from dbos_lint import reading
from dbos_lint.paths import absolute, folder_of, upwards
from dbos_lint.patterns import anchored
from dbos_lint.records import NamedTuple
from dbos_lint.settings import PRESETS, Settings
from dbos_lint.wording import cause

PYPROJECT = "pyproject.toml"
OWN_FILE = "dbos-lint.toml"
_PROJECT_MARKERS = (PYPROJECT, "setup.py", "setup.cfg", ".git", ".hg")
_LONGEST_QUOTE = 100
_BEGINNINGS = frozenset({OWN_FILE, *_PROJECT_MARKERS})


class SettingsError(Exception):
    """What the user has to mend in a configuration file or an option, in one line."""


class Overrides(NamedTuple):
    """What the command line says; ``None`` and empty mean that it says nothing. ``cwd`` anchors its patterns."""

    cwd: str
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    extend_ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] | None = None
    exclude: tuple[str, ...] | None = None
    extend_exclude: tuple[str, ...] = ()
    respect_gitignore: bool | None = None
    dbos_version: str | None = None
    preset: str | None = None
    fix: bool | None = None
    unsafe_fixes: bool | None = None
    fixable: tuple[str, ...] | None = None
    unfixable: tuple[str, ...] = ()

    def apply(self, settings: Settings) -> Settings:
        changes: dict[str, Any] = {}
        if self.per_file_ignores is not None:
            changes["per_file_ignores"] = tuple((self._anchored(p), codes) for p, codes in self.per_file_ignores)
        if self.exclude is not None:
            changes["exclude"] = tuple(anchored(p, self.cwd) for p in self.exclude)
        if self.extend_exclude:
            extended = tuple(anchored(p, self.cwd) for p in self.extend_exclude)
            changes["extend_exclude"] = settings.extend_exclude + extended
        if self.respect_gitignore is not None:
            changes["respect_gitignore"] = self.respect_gitignore
        if self.dbos_version is not None:
            changes["dbos_version"] = self.dbos_version
            changes["version_source"] = "--dbos-version"
        if self.preset is not None:
            changes["preset"] = self.preset
        if self.fix is not None:
            changes["fix"] = self.fix
        if self.unsafe_fixes is not None:
            changes["unsafe_fixes"] = self.unsafe_fixes
        if changes:
            settings = settings._replace(**changes)
        if self.fixable is not None or self.unfixable:
            from dbos_lint import selection

            settings = selection.override_fixable(settings, self.fixable, self.unfixable)
        if self.select is None and not (self.ignore or self.extend_select or self.extend_ignore):
            return settings
        from dbos_lint import selection

        return selection.override(
            settings,
            select=self.select,
            ignore=self.ignore,
            extend_select=self.extend_select,
            extend_ignore=self.extend_ignore,
        )

    def _anchored(self, pattern: str) -> str:
        return f"!{anchored(pattern[1:], self.cwd)}" if pattern.startswith("!") else anchored(pattern, self.cwd)


class Configuration:
    """The settings of every file of a run.

    ``file`` is the one configuration file to use instead of the nearest; its patterns are relative to the
    working folder, ``cwd``. An ``isolated`` run reads none.
    """

    def __init__(
        self, cwd: str, file: str | None = None, isolated: bool = False, overrides: Overrides | None = None
    ) -> None:
        self.cwd = cwd
        self._file = file
        self._isolated = isolated
        self._overrides = overrides
        self._of_folder: dict[str, Settings] = {}
        self._of_project: dict[str, Settings | None] = {}
        self._without_project: dict[str, Settings] = {}
        self._targeted: dict[int, Settings] = {}

    def for_file(self, path: str) -> Settings:
        """The settings of the file ``path``."""
        return self.for_folder(folder_of(path, self.cwd))

    def for_folder(self, folder: str, names: Collection[str] | None = None) -> Settings:
        """The settings of the files that stand in ``folder``, an absolute path; ``names`` are its entries, if known."""
        if self._file is not None:
            folder = self.cwd
        settings = self._of_folder.get(folder)
        if settings is None:
            settings = self._of_folder[folder] = self._with_target(self._resolved(folder, names))
        return settings

    def _with_target(self, settings: Settings) -> Settings:
        """``settings``, for the dbos of their project where nobody told the version. The same for the same."""
        if settings.version_source or self._isolated:
            return settings
        known = self._targeted.get(id(settings))
        if known is None:
            from dbos_lint.target import detected

            target = detected(settings.root)
            known = settings if target is None else settings._replace(dbos_version=target[0], version_source=target[1])
            self._targeted[id(settings)] = known
        return known

    def _resolved(self, folder: str, names: Collection[str] | None) -> Settings:
        if self._file is not None:
            return self._overridden(read(os.path.abspath(os.path.join(self.cwd, self._file)), self.cwd))
        found = self._find(folder, names)
        if found is not None:
            return found
        root = self._root_without_project(folder)
        if root not in self._without_project:
            self._without_project[root] = self._overridden(Settings(root))
        return self._without_project[root]

    def _find(self, folder: str, names: Collection[str] | None = None) -> Settings | None:
        found: Settings | None = None
        without: list[tuple[str, bool]] = []
        # Most folders begin no project, and there are many.
        may_begin = names is None or not _BEGINNINGS.isdisjoint(names)
        for each in upwards(folder):
            if each in self._of_project:
                found = self._of_project[each]
                break
            found = self._own(each) if may_begin else None
            if found is not None:
                self._of_project[each] = found
                break
            without.append((each, may_begin))
            may_begin = True
        for each, may_begin in reversed(without):
            if may_begin and (found is None or found.config is None) and _holds(each, _PROJECT_MARKERS):
                found = self._overridden(Settings(each))
            self._of_project[each] = found
        return found

    def _own(self, folder: str) -> Settings | None:
        """What a configuration in ``folder`` says."""
        if self._isolated or not _holds(folder, (OWN_FILE, PYPROJECT)):
            return None
        own = read_folder(folder)
        return None if own is None else self._overridden(own)

    def _root_without_project(self, folder: str) -> str:
        """Where no folder looks like a project: the working folder, or else the folder that holds the package."""
        if os.path.join(folder, "").startswith(os.path.join(self.cwd, "")):
            return self.cwd
        while os.path.exists(os.path.join(folder, "__init__.py")):
            folder = os.path.dirname(folder)
        return folder

    def _overridden(self, settings: Settings) -> Settings:
        return self._overrides.apply(settings) if self._overrides else settings


def _holds(folder: str, names: Iterable[str]) -> bool:
    """Whether ``folder`` has an entry with one of the ``names``."""
    return any(os.path.exists(os.path.join(folder, name)) for name in names)


def begins_project(folder: str, names: Collection[str], around: Settings) -> bool:
    """Whether ``folder``, with entries ``names``, is a project of its own within the one that ``around`` holds for."""
    if OWN_FILE in names or (around.config is None and any(name in names for name in _PROJECT_MARKERS)):
        return True
    path = os.path.join(folder, PYPROJECT)
    return PYPROJECT in names and os.path.isfile(path) and b"dbos-lint" in _bytes(path)


def load(path: str | os.PathLike[str]) -> Settings:
    """The settings of one file, from the nearest configuration above it."""
    return Configuration(os.getcwd()).for_file(absolute(os.fspath(path)))


def read_folder(folder: str) -> Settings | None:
    """The settings that a configuration file in ``folder`` holds, if there is one."""
    for name in (OWN_FILE, PYPROJECT):
        path = os.path.join(folder, name)
        # A pyproject.toml that never names the linter is not parsed: it may be a template, or broken.
        if os.path.isfile(path) and (name == OWN_FILE or b"dbos-lint" in _bytes(path)):
            table = _table(path)
            if table is not None:
                return parse(table, folder, path)
    return None


def read(path: str, root: str) -> Settings:
    """The settings of the configuration file ``path``, whatever it is called, for a project at ``root``."""
    table = _table(path)
    if table is None:
        raise SettingsError(f"{path}: there is no [tool.dbos-lint] table")
    return parse(table, root, path)


def parse(table: Mapping[str, object], root: str, path: str) -> Settings:
    """The settings that ``table``, read from ``path``, spells out."""
    values: dict[str, Any] = {}
    for key, value in table.items():
        reader = _READERS.get(key)
        if reader is None:
            raise SettingsError(f"{path}: unknown option {_quoted(key)}{_did_you_mean(key, _READERS)}")
        try:
            values[key.replace("-", "_")] = reader(value)
        except ValueError as error:
            raise SettingsError(f"{path}: '{key}' {error}") from None
    source = path if "dbos_version" in values else ""
    return Settings(root, config=path, version_source=source, **values)


def target_version(value: object) -> str:
    """``major.minor`` of the dbos version that ``value`` names: the lowest one, where it is a range."""
    text = _string(value).strip()
    if not re.fullmatch(r"\d{1,9}(\.\d{1,9})*", text):
        text = _lowest(text)
    major, minor = [*text.split("."), "0"][:2]
    return f"{int(major)}.{int(minor)}"


def selectors(value: object) -> tuple[str, ...]:
    """Codes and prefixes of codes; a ``ValueError`` names what is none."""
    from dbos_lint import selection  # the rules are loaded only for those who name some

    found = _strings(value)
    for text in found:
        if not selection.is_selector(text):
            near = selection.closest_selector(text)
            hint = f"; did you mean '{near}'?" if near else ""
            raise ValueError(f"names {_quoted(text)}, which is no rule and no prefix of one{hint}")
    return found


def preset(value: object) -> str:
    """One of the presets; a ``ValueError`` names them all."""
    text = _string(value)
    if text not in PRESETS:
        raise ValueError(f"must be one of {', '.join(PRESETS)}, not {_quoted(text)}")
    return text


def _lowest(specification: str) -> str:
    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

    try:
        clauses = list(SpecifierSet(specification))
        bounds = [(clause.operator, Version(clause.version.removesuffix(".*"))) for clause in clauses]
    except ValueError:  # of what is no version, or has thousands of digits
        raise ValueError(f"must be a version such as '3.4' or '>=2.30,<3', not {_quoted(specification)}") from None
    lowest = max((version for operator, version in bounds if operator in {">=", ">", "==", "===", "~="}), default=None)
    if lowest is None:
        raise ValueError(f"must name the lowest version that it allows, and {_quoted(specification)} does not")
    if any(
        (operator == "<" and version <= lowest) or (operator == "<=" and version < lowest)
        for operator, version in bounds
    ):
        raise ValueError(f"allows no version at all: {_quoted(specification)}")
    return ".".join(map(str, lowest.release))


def _bytes(path: str) -> bytes:
    try:
        return reading.read(path)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {cause(error)}") from None


def _table(path: str) -> Mapping[str, object] | None:
    """The linter's table in ``path``: all of a file of its own, a part of a pyproject.toml."""
    from dbos_lint import toml

    try:
        whole: object = toml.loads(_bytes(path))
    except ValueError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from None
    if os.path.basename(path) != PYPROJECT:
        return whole if isinstance(whole, dict) else None
    tool = whole.get("tool") if isinstance(whole, dict) else None
    table = tool.get("dbos-lint") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise SettingsError(f"{path}: 'tool.dbos-lint' must be a table")
    return table


def _did_you_mean(key: str, known: Mapping[str, object]) -> str:
    import difflib

    near = difflib.get_close_matches(key.replace("_", "-"), known, n=1)
    return f"; did you mean '{near[0]}'?" if near else ""


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be a string, not {_kind(value)}")
    return value


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) and item for item in value):
        raise ValueError(f"must be a list of non-empty strings{_but_is(value)}")
    if any("\0" in item for item in value):
        raise ValueError("must not hold null characters")
    return tuple(value)


def _bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {_kind(value)}")
    return value


def _per_file_ignores(value: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise ValueError(f"must be a table of patterns and codes, not {_kind(value)}")
    return tuple((pattern, selectors(codes)) for pattern, codes in value.items())


def _but_is(value: object) -> str:
    return "" if isinstance(value, (list, tuple)) else f", not {_kind(value)}"


def _quoted(text: str) -> str:
    """``text`` as a message tells it: of what is too long to be read, the beginning."""
    return f"'{text}'" if len(text) <= _LONGEST_QUOTE else f"'{text[:_LONGEST_QUOTE]}…'"


def _kind(value: object) -> str:
    kinds = {str: "a string", bool: "a boolean", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return kinds.get(type(value), "a date or time")


_READERS: dict[str, Callable[[object], object]] = {
    "src": _strings,
    "dbos-version": target_version,
    "workflow-decorators": _strings,
    "step-decorators": _strings,
    "transaction-decorators": _strings,
    "extra-nondeterministic": _strings,
    "known-deterministic": _strings,
    "follow": _strings,
    "preset": preset,
    "select": selectors,
    "ignore": selectors,
    "extend-select": selectors,
    "extend-ignore": selectors,
    "per-file-ignores": _per_file_ignores,
    "exclude": _strings,
    "extend-exclude": _strings,
    "respect-gitignore": _bool,
    "require-reason": _bool,
    "fix": _bool,
    "unsafe-fixes": _bool,
    "fixable": selectors,
    "unfixable": selectors,
}
OPTIONS: tuple[str, ...] = tuple(_READERS)
