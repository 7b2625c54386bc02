"""Download and unpack what the benchmarks run on: ``python benchmarks/fetch.py``.

A  a small set of programs and libraries that use DBOS, B  dbos itself with its tests, C  a million lines without DBOS.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

from packages import Package, fetch  # noqa: E402  (the folder of tools is not a package)

CORPORA = {
    "A": (
        Package("llama-agents-dbos", "0.7.0"),
        Package("dbos-openai-agents", "0.3.0"),
        Package("dbos-google-adk", "0.1.0"),
        Package("dbos-crewai", "0.0.2"),
        Package("exoclaw-executor-dbos", "0.16.0"),
    ),
    "B": (Package("dbos", "3.4.0"),),
    "C": (
        Package("django", "6.1.3"),
        Package("sqlalchemy", "2.1.9"),
        Package("pydantic", "2.14.3"),
        Package("apache-airflow-core", "3.3.2"),
    ),
}


def corpus(name: str) -> Path:
    """The folder of a corpus, fetched when it is not there."""
    folder = HERE / "corpora" / name
    for package in CORPORA[name]:
        fetch(package, folder)
    # Who reads configurations, as flake8 does, must not take it for a part of our own project.
    (folder / "dbos-lint.toml").touch()
    return folder


if __name__ == "__main__":
    for name in CORPORA:
        files = list(corpus(name).rglob("*.py"))
        lines = sum(path.read_bytes().count(b"\n") for path in files)
        print(f"{name}: {len(files):,} files, {lines:,} lines")
