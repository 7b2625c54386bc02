"""The version of dbos that a project is for, where nobody tells the linter: the one that the project locks or pins, or
else the newest that it asks for.

A lock counts for the folders below it, too, as long as it agrees with what they ask for themselves. The search ends at
the root of a repository.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from dbos_lint.paths import upwards
from dbos_lint.reading import read
from dbos_lint.records import NamedTuple

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

# The patterns are compiled where they are used: most projects have few of these files.
_NAMES = (b"dbos", b"DBOS")
_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock")
_PYLOCK = r"pylock(\.[^.]+)?\.toml"
_REPOSITORIES = (".git", ".hg")
_LOCKED = rb'(?m)^name = "dbos"\s*$'
_NAMED = r"(?mi)^[ \t]*dbos[ \t]*(?:\[[^\]\n]*\][ \t]*)?"
# One line of a requirements file, without its hashes.
_REQUIRED = rf"{_NAMED}(?P<versions>[<>=!~][^;#\\\n]*|(?=[;#\\\n]|$))"
_OPTIONS = r"[ \t]--"
# One that is got from a tag or as a file: ``dbos @ git+https://...@v2.31.0``.
_FETCHED = rf"{_NAMED}@[ \t]*\S*?[@/-]v?(?P<version>\d+\.\d+)\.\d"
_PIPFILE = "Pipfile.lock"
_RELEASE = r"v?(\d{1,9})\.(\d{1,9})"
# Python refuses to read numbers of some thousand digits.
_LONGEST = 1_000


class Target(NamedTuple):
    """A version, as ``major.minor``, and the file that tells it."""

    version: str
    source: str


class _Wanted(NamedTuple):
    """What a folder asks for, as a specification of versions."""

    versions: str
    source: str


def detected(root: str) -> Target | None:
    """What the project at ``root`` locks or asks for; None if it says nothing of dbos."""
    wanted: _Wanted | None = None
    for folder in upwards(root):
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            break
        for target in _locked(folder, names):
            if wanted is None or _allows(wanted.versions, target.version):
                return target
        if wanted is None:
            wanted = next(_wanted(folder, names), None)
            if wanted is not None and (pin := _pinned(wanted.versions)) is not None:
                return Target(pin, wanted.source)
        if any(name in names for name in _REPOSITORIES):
            break
    newest = _newest(wanted.versions) if wanted is not None else None
    return Target(newest, wanted.source) if wanted is not None and newest is not None else None


# ---------------------------------------------------------------- what is locked


def _locked(folder: str, names: Iterable[str]) -> Iterator[Target]:
    for name in (*_LOCKS, *(name for name in names if name.startswith("pylock") and re.fullmatch(_PYLOCK, name))):
        if name in names:
            path = os.path.join(folder, name)
            versions = list(_versions(_read(path)))
            if versions:
                yield Target(".".join(map(str, max(versions))), path)
    if _PIPFILE in names:
        path = os.path.join(folder, _PIPFILE)
        if (pin := _pinned(",".join(_by_pipenv(_read(path))))) is not None:
            yield Target(pin, path)


def _versions(lock: bytes) -> Iterator[tuple[int, ...]]:
    """The versions of dbos in a lock, of which only the tables that name it are parsed."""
    end = 0
    for match in re.finditer(_LOCKED, lock):
        if match.start() < end:  # in the same tables
            continue
        start, end = lock.rfind(b"[[", end, match.start()), lock.find(b"\n[", match.end())
        end = end if end >= 0 else len(lock)
        for tables in _toml(lock[max(start, 0) : end].rstrip()).values():
            for table in tables if isinstance(tables, list) else ():
                version = table.get("version") if isinstance(table, dict) else None
                if isinstance(version, str) and (found := re.match(_RELEASE, version)):
                    yield int(found[1]), int(found[2])


def _by_pipenv(lock: bytes) -> Iterator[str]:
    import json

    try:
        parsed = json.loads(lock) if lock else {}
    except (ValueError, RecursionError):
        return
    for group in ("default", "develop"):
        version = _table(parsed, group, "dbos").get("version")
        if isinstance(version, str):
            yield version


# ---------------------------------------------------------------- what is asked for


def _wanted(folder: str, names: Iterable[str]) -> Iterator[_Wanted]:
    """What the files of ``folder`` ask for: the requirements files first, since they often are locks."""
    requirements = [name for name in names if name.startswith("requirements") and name.endswith(".txt")]
    paths = [os.path.join(folder, name) for name in requirements]
    paths.sort(key=len)
    inner = os.path.join(folder, "requirements")
    if "requirements" in names:
        with suppress(OSError):  # it is a file, or may not be looked at
            paths += (os.path.join(inner, name) for name in sorted(os.listdir(inner)) if name.endswith(".txt"))
    specifications = [(path, _in_lines(_read(path).decode("utf-8", "replace"))) for path in paths]
    if "pyproject.toml" in names:
        path = os.path.join(folder, "pyproject.toml")
        specifications.append((path, _required(_toml(_read(path)))))
    if "setup.cfg" in names:
        path = os.path.join(folder, "setup.cfg")
        specifications.append((path, _in_lines(_read(path).decode("utf-8", "replace"))))
    for path, versions in specifications:
        found = list(versions)
        if found:
            yield _Wanted(",".join(filter(None, found)), path)


def _in_lines(text: str) -> Iterator[str]:
    """The versions of dbos that the lines of a text ask for; an empty text for any."""
    text = text.replace("\r", "")
    for match in re.finditer(_REQUIRED, text):
        yield re.split(_OPTIONS, match["versions"], maxsplit=1)[0].strip()
    for match in re.finditer(_FETCHED, text):
        yield f"=={match['version']}"


def _required(pyproject: Mapping[str, Any]) -> Iterator[str]:
    """The versions of dbos that a pyproject.toml asks for; an empty text for any."""
    tool = _table(pyproject, "tool")
    lists = [_table(pyproject, "project").get("dependencies"), _table(tool, "uv").get("dev-dependencies")]
    groups = (
        _table(pyproject, "project", "optional-dependencies"),
        _table(pyproject, "dependency-groups"),
        _table(tool, "pdm", "dev-dependencies"),
    )
    lists += (requirements for group in groups for requirements in group.values())
    for requirements in lists:
        for text in requirements if isinstance(requirements, list) else ():
            if isinstance(text, str):
                yield from _in_lines(text)
    poetry = _table(tool, "poetry")
    tables = [_table(poetry, "dependencies"), _table(poetry, "dev-dependencies")]
    tables += (_table(group, "dependencies") for group in _table(poetry, "group").values() if isinstance(group, dict))
    for table in tables:
        yield from _by_poetry(table.get("dbos"))


def _by_poetry(constraint: object) -> Iterator[str]:
    """``^2.30``, ``~2.30``, ``2.30.*``, ``>=2.30,<3``; a bare version is a pin."""
    if isinstance(constraint, dict):
        constraint = constraint.get("version")
    if not isinstance(constraint, str):
        return
    parts: list[str] = []
    for part in constraint.replace(" ", "").split(","):
        match = re.fullmatch(r"([\^~]?)(\d{1,9}(?:\.\d{1,9})*)", part)
        if match is None:
            parts.append("" if part == "*" else f"=={part}" if part[:1].isdigit() else part)
        elif match[1]:
            parts += (f">={match[2]}", f"<{_next(match[1], match[2])}")
        else:
            parts.append(f"=={part}")
    yield ",".join(filter(None, parts))


def _next(sign: str, version: str) -> str:
    """The version that ``^`` or ``~`` excludes."""
    numbers = [int(number) for number in version.split(".")]
    kept = 0 if sign == "^" and numbers[0] else min(1, len(numbers) - 1)
    return ".".join(map(str, [*numbers[:kept], numbers[kept] + 1]))


# ---------------------------------------------------------------- specifications


def _specifier(versions: str) -> SpecifierSet | None:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(versions) if len(versions) <= _LONGEST else None
    except InvalidSpecifier:
        return None


def _pinned(versions: str) -> str | None:
    """The one version that is asked for."""
    exact = [clause.version for clause in _specifier(versions) or () if clause.operator in ("==", "===")]
    pins = [(int(found[1]), int(found[2])) for pin in exact if "*" not in pin and (found := re.match(_RELEASE, pin))]
    return ".".join(map(str, max(pins))) if pins else None


def _allows(versions: str, release: str) -> bool:
    """Whether a patch of ``release`` is among the versions; what cannot be read allows all."""
    specifier = _specifier(versions)
    return specifier is None or any(specifier.contains(f"{release}.{patch}") for patch in (0, 1, 9999))


def _newest(versions: str) -> str | None:
    """The newest known release among the versions; where all of them are newer, the oldest of them."""
    from dbos_lint.catalog.history import history, label

    specifier = _specifier(versions)
    if specifier is None:
        return None
    for release in reversed(history().releases):
        if _allows(versions, label(release)):
            return label(release)
    bounds = [re.match(_RELEASE, clause.version) for clause in specifier if clause.operator[0] in ">~="]
    lowest = max(((int(found[1]), int(found[2])) for found in bounds if found), default=None)
    return label(lowest) if lowest is not None else None


# ---------------------------------------------------------------- files


def _read(path: str) -> bytes:
    """The bytes of a file that names dbos; nothing of others, and of what cannot be read."""
    try:
        source = read(path)
    except OSError:
        return b""
    return source if any(name in source for name in _NAMES) else b""


def _toml(source: bytes) -> Mapping[str, Any]:
    if not source:
        return {}
    from dbos_lint import toml

    try:
        return toml.loads(source)
    except ValueError:
        return {}


def _table(table: object, *keys: str) -> Mapping[str, Any]:
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else {}
