"""Build the package's nondeterminism catalogue from the researched list.

    python tools/build_nondeterminism.py nondeterminism.json

The researched list names, for each source and look-alike, the interpreter it was checked on and where it was found;
the package keeps what detection and messages need, sorted, one entry a line.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "src" / "dbos_lint" / "catalog" / "nondeterminism.json"
# Where the researched kind is not the one that the rules of this package go by.
KINDS = {
    "getpass.getpass": "user-input",
    "sys.stdin": "user-input",
    "sqlite3.connect": "database",
    "pandas.DataFrame.to_sql": "database",
    "pandas.read_sql": "database",
    "pandas.read_sql_query": "database",
    "pandas.read_sql_table": "database",
    "os.getcwd": "process",
    "os.getcwdb": "process",
    "pathlib.Path.cwd": "process",
    "multiprocessing.cpu_count": "process",
}
KEYS = ("name", "kind", "match", "when", "confidence")


def trimmed(entry: dict[str, str]) -> dict[str, str]:
    entry = {**entry, "kind": KINDS.get(entry["name"], entry["kind"])}
    return {key: entry[key] for key in KEYS if entry.get(key) is not None}


def main(source: str) -> None:
    data = json.loads(Path(source).read_text(encoding="utf-8"))
    lines = []
    for part in ("flag", "allow"):
        entries = sorted((trimmed(entry) for entry in data[part]), key=lambda entry: (entry["name"], str(entry)))
        rows = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
        lines.append(f'"{part}": [\n{rows}\n]')
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
