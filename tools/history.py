"""The API of dbos, release by release, as data of the linter: ``src/dbos_lint/catalog/history.json``.

    python tools/history.py build    read the last patch of every minor release, write the file
    python tools/history.py check    say what the newest release has that the file does not know; exit 1 if anything

``build`` fetches with pip what is not in ``.history/`` yet, so that after a release it fetches one wheel.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deprecations import deprecated
from packages import Package as Wheel
from packages import fetch
from packaging.version import Version
from wheels import Fact, Package, symbols

from dbos_lint.catalog.history import HISTORY, Kind, history, label

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".history"
NOTES = Path(__file__).with_name("history.toml")
TARGET = ROOT / "src" / "dbos_lint" / "catalog" / HISTORY
# Before it, the package had another name inside.
FIRST = Version("0.3")


@dataclass(frozen=True, slots=True)
class Release:
    """What one release holds. ``label`` is its major and minor version."""

    label: str
    symbols: Mapping[str, Fact]
    deprecated: frozenset[str]
    modules: frozenset[str]


def published() -> list[Version]:
    """The last patch of every minor release on PyPI, the oldest first."""
    command = [sys.executable, "-m", "pip", "index", "versions", "dbos", "--disable-pip-version-check"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    (listed,) = (line for line in printed.splitlines() if line.startswith("Available versions:"))
    versions = map(Version, listed.partition(":")[2].replace(",", " ").split())
    last = {version.release[:2]: version for version in sorted(versions) if version >= FIRST}
    return list(last.values())


def release(version: Version) -> Release:
    """What the release holds, fetched if it is not there yet."""
    package = Package.read(fetch(Wheel("dbos", str(version), "wheel"), FOLDER))
    label = f"{version.major}.{version.minor}"
    return Release(label, symbols(package), frozenset(deprecated(package)), package.modules())


def summarized(releases: Iterable[Release], notes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The content of the file: since when and until when each symbol is there.

    A symbol that went and came back counts as there in between.
    """
    releases = list(releases)
    labels = [each.label for each in releases]
    rows: dict[str, dict[str, Any]] = {}
    modules: dict[str, dict[str, Any]] = {}
    for index, each in enumerate(releases):
        after = labels[index + 1] if index + 1 < len(labels) else None
        for name, fact in each.symbols.items():
            row = rows.setdefault(name, {"since": each.label})
            row.update({"kind": fact.kind, "at": fact.position, "until": after})
            if name in each.deprecated:
                row.setdefault("deprecated", each.label)
        for name in each.modules:
            modules.setdefault(name, {"since": each.label})["until"] = after
    rows.update(notes["extra"])
    strange = [name for table in ("instead", "deprecated") for name in notes[table] if name not in rows]
    if strange:
        raise SystemExit(f"{NOTES.name} speaks of what no release has: {', '.join(strange)}")
    for name, text in notes["instead"].items():
        rows[name]["instead"] = text
    for name, first in notes["deprecated"].items():
        rows[name]["deprecated"] = first
    return {
        "releases": labels,
        "symbols": {name: _compact(rows[name], labels[0]) for name in sorted(rows)},
        "modules": {name: _compact(modules[name], labels[0]) for name in sorted(modules)},
    }


def _compact(row: Mapping[str, Any], first: str) -> dict[str, Any]:
    """A row without what is not so, and without the beginning of what was always there."""
    return {key: row[key] for key in sorted(row) if row[key] is not None and (key, row[key]) != ("since", first)}


def written(content: Mapping[str, Any]) -> str:
    """JSON with a symbol a line, so that a new release makes a diff that can be read."""
    tables = [f'"releases": {json.dumps(content["releases"])}']
    for table in ("symbols", "modules"):
        lines = [f"{json.dumps(name)}: {json.dumps(row)}" for name, row in content[table].items()]
        tables.append('"{}": {{\n{}\n}}'.format(table, ",\n".join(lines)))
    return "{{\n{}\n}}\n".format(",\n".join(tables))


def uncovered(newest: Release) -> list[str]:
    """What ``newest`` has and the linter's file does not know of, and what is gone from it."""
    known = (symbol for symbol in history().symbols() if symbol.until is None)
    there = {symbol.name for symbol in known if symbol.kind is not Kind.INTERNAL}
    found = {name for name, fact in newest.symbols.items() if fact.kind != Kind.INTERNAL.value}
    return [f"+ {name}" for name in sorted(found - there)] + [f"- {name}" for name in sorted(there - found)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["build", "check"])
    if parser.parse_args().command == "build":
        with NOTES.open("rb") as file:
            notes = tomllib.load(file)
        TARGET.write_text(written(summarized(map(release, published()), notes)), "utf-8")
        return 0
    newest = published()[-1]
    missing = uncovered(release(newest))
    print(f"newest on PyPI: {newest}; newest known: {label(history().newest)}", *missing, sep="\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
