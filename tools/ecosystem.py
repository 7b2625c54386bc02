"""Lint real packages of PyPI and compare what is found with the judged record in ``ecosystem.toml``.

    python tools/ecosystem.py run     lint all, print new and vanished findings; exit 1 when anything is to do
    python tools/ecosystem.py judge   append the new findings to the record, for a person to read and judge

A finding is known by package, file, code and the text of its line, so a record outlives other lines' moves.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packages import Package, fetch

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
RECORD = Path(__file__).with_name("ecosystem.toml")
FOLDER = ROOT / ".ecosystem"
LINTER = (sys.executable, "-c", "from dbos_lint.cli import main; main()", "check")
VERDICTS = ("right", "wrong")


@dataclass(frozen=True, slots=True)
class Target:
    """A package and how it is linted. ``python`` is the oldest interpreter that can parse it."""

    package: Package
    dbos_version: str
    python: tuple[int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    package: str
    file: str
    code: str
    line: str

    def __str__(self) -> str:
        return f"{self.package}: {self.file}: {self.code}: {self.line}"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person said of a finding, which occurs ``count`` times in its file."""

    finding: Finding
    verdict: str
    reason: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Record:
    targets: tuple[Target, ...]
    judgements: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What is to do before the record and the linter agree."""

    new: tuple[Finding, ...]
    vanished: tuple[Finding, ...]
    wrong: tuple[Finding, ...]
    unjudged: tuple[Finding, ...]

    def __bool__(self) -> bool:
        return any((self.new, self.vanished, self.wrong, self.unjudged))

    def lines(self) -> Iterator[str]:
        for title in ("new", "vanished", "wrong", "unjudged"):
            for finding in getattr(self, title):
                yield f"{title}: {finding}"


def read_record(text: str) -> Record:
    document = tomllib.loads(text)
    return Record(
        tuple(_target(table) for table in document.get("package", ())),
        tuple(_judgement(table) for table in document.get("finding", ())),
    )


def compare(seen: Iterable[Finding], judgements: Iterable[Judgement]) -> Difference:
    counted, judged = Counter(seen), tuple(judgements)
    recorded = Counter(judgement.finding for judgement in judged for _ in range(judgement.count))
    return Difference(
        new=tuple(sorted((counted - recorded).elements())),
        vanished=tuple(sorted((recorded - counted).elements())),
        wrong=tuple(each.finding for each in judged if each.verdict == "wrong"),
        unjudged=tuple(each.finding for each in judged if each.verdict not in VERDICTS or not each.reason),
    )


def findings(package: str, folder: Path, diagnostics: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Finding, str]]:
    """The linter's JSON as findings, each with its message; ``folder`` is where the package lies."""
    for diagnostic in diagnostics:
        path = folder / diagnostic["filename"]
        row = diagnostic["location"]["row"]
        # Not splitlines(): Python does not end a line at a form feed.
        line = path.read_text(encoding="utf-8", errors="replace").split("\n")[row - 1].strip()
        finding = Finding(package, path.relative_to(folder).as_posix(), diagnostic["code"], line)
        yield finding, diagnostic["message"]


def draft(new: Iterable[Finding], messages: Mapping[Finding, str]) -> str:
    """The TOML of ``new`` findings, with the verdict and the reason left open."""
    return "".join(
        "\n[[finding]]\n"
        f"# {messages[finding]}\n"
        f"package = {_quote(finding.package)}\n"
        f"file = {_quote(finding.file)}\n"
        f"code = {_quote(finding.code)}\n"
        f"line = {_quote(finding.line)}\n" + (f"count = {count}\n" if count > 1 else "") + 'verdict = ""\nreason = ""\n'
        for finding, count in Counter(new).items()
    )


def lint(target: Target, folder: Path) -> list[dict[str, Any]]:
    """The diagnostics of the command. ``--isolated``: neither our configuration nor the package's own counts;
    ``--debug``: a fault of the linter, which costs a user one file, shows its traceback and ends the run here."""
    options = ["--isolated", "--no-cache", "--no-respect-gitignore", "--debug", "--output-format", "json"]
    command = [*LINTER, ".", *options, "--dbos-version", target.dbos_version]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8")
    if done.returncode not in (0, 1) or "Traceback" in done.stderr:
        raise SystemExit(f"{target.package}: the linter failed with {done.returncode}\n{done.stderr}")
    diagnostics: list[dict[str, Any]] = json.loads(done.stdout)
    return diagnostics


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=("run", "judge"))
    parser.add_argument("packages", nargs="*", help="names of packages (all when none is given)")
    chosen = parser.parse_args(arguments)

    record = read_record(RECORD.read_text(encoding="utf-8"))
    messages: dict[Finding, str] = {}
    seen: list[Finding] = []
    linted: set[str] = set()
    for target in record.targets:
        if chosen.packages and target.package.name not in chosen.packages:
            continue
        if sys.version_info < target.python:
            needed, here = (".".join(map(str, version[:2])) for version in (target.python, sys.version_info))
            print(f"{target.package}: SKIPPED: its syntax needs Python {needed}, and this is {here}")
            continue
        folder = fetch(target.package, FOLDER).resolve()
        found = list(findings(str(target.package), folder, lint(target, folder)))
        print(f"{target.package}: {len(found)} findings")
        linted.add(str(target.package))
        messages.update(found)
        seen.extend(finding for finding, _ in found)

    difference = compare(seen, (each for each in record.judgements if each.finding.package in linted))
    for line in difference.lines():
        print(line)
    if chosen.action == "judge":
        with RECORD.open("a", encoding="utf-8") as file:
            file.write(draft(difference.new, messages))
    return int(bool(difference))


def _target(table: Mapping[str, Any]) -> Target:
    package = Package(table["name"], table["version"], table.get("kind", "sdist"))
    return Target(package, table["dbos-version"], tuple(map(int, table.get("python", "3.10").split("."))))


def _judgement(table: Mapping[str, Any]) -> Judgement:
    finding = Finding(table["package"], table["file"], table["code"], table["line"])
    return Judgement(finding, table["verdict"], table["reason"], table.get("count", 1))


def _quote(text: str) -> str:
    """A TOML basic string: JSON's escapes are a subset of TOML's."""
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
