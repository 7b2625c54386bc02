"""What an upgrade did, what it leaves to a person and what to know, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dbos_lint.catalog.history import Version, label
from dbos_lint.catalog.upgrades import CHECKS, Note
from dbos_lint.fix import Applicability
from dbos_lint.paths import shown
from dbos_lint.reporters.report import readable
from dbos_lint.reporters.terminal import harmless
from dbos_lint.upgrade.outside import Outside
from dbos_lint.upgrade.rounds import Left, Rewrite, Upgraded
from dbos_lint.wording import counted

_VERDICTS = {Applicability.SAFE: "safe", Applicability.UNSAFE: "review"}


@dataclass(frozen=True, slots=True)
class Report:
    """The upgrade of all projects of a run. ``changes`` says whether files were, or would be, written."""

    since: Version
    until: Version
    cwd: str
    projects: tuple[Upgraded, ...]
    outside: tuple[Outside, ...]
    notes: tuple[Note, ...]
    dry: bool = False

    @property
    def rewritten(self) -> list[Rewrite]:
        return [each for project in self.projects for each in project.rewritten]

    @property
    def left(self) -> list[Left]:
        return [each for project in self.projects for each in project.left]

    @property
    def changed(self) -> list[str]:
        return sorted(path for project in self.projects for path in project.texts)

    @property
    def by_hand(self) -> int:
        return len(self.left) + len(self.outside)


def text(report: Report) -> str:
    return "".join(f"{harmless(line)}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    for filename in _filenames(report):
        yield from _of_file(report, filename)
        yield ""
    if report.notes:
        yield f"What is otherwise since dbos {label(report.since)}, though nothing was rewritten:"
        yield from (f"  {label(note.since)}  {note.text}" for note in report.notes)
        yield ""
    yield from _summary(report)


def _filenames(report: Report) -> list[str]:
    named = {each.filename for each in report.rewritten} | {each.filename for each in report.outside}
    return sorted(named | {each.diagnostic.filename for each in report.left} | set(report.changed))


def _of_file(report: Report, filename: str) -> Iterator[str]:
    yield shown(filename, report.cwd)
    rewritten = [each for each in report.rewritten if each.filename == filename]
    if not rewritten and filename in report.changed:
        yield "  changed with other files"
    for rewrite in rewritten:
        verdict = _VERDICTS[rewrite.fix.applicability]
        yield f"  {rewrite.row or 1}: {rewrite.code} [{verdict}] {rewrite.old}"
        yield f"      → {rewrite.fix.title}"
    reviewed = {each.code for each in rewritten if each.fix.applicability is Applicability.UNSAFE}
    yield from (f"  check ({code}): {CHECKS[code]}" for code in sorted(reviewed & CHECKS.keys()))
    for left in report.left:
        if left.diagnostic.filename == filename:
            start = left.diagnostic.start
            yield f"  {start.row}: {left.diagnostic.code} [by hand] {left.old}"
            yield f"      {left.diagnostic.message}"
            if left.reason:
                yield f"      not rewritten: {left.reason}"
    for item in report.outside:
        if item.filename == filename:
            yield f"  {item.row}: [by hand] {item.old}" if item.row else "  [by hand]"
            yield f"      {item.text}"


def _summary(report: Report) -> Iterator[str]:
    rewritten = report.rewritten
    review = sum(1 for each in rewritten if each.fix.applicability is Applicability.UNSAFE)
    way = f"from dbos {label(report.since)} to {label(report.until)}"
    if not rewritten and not report.by_hand:
        yield f"Nothing to upgrade {way}."
        return
    files = len(report.changed)
    done = f"{counted(len(rewritten), 'use')} of dbos in {counted(files, 'file')} {'would be ' if report.dry else ''}"
    yield f"Upgrade {way}: {done}rewritten, {review} of them to review; {report.by_hand} left to do by hand."


# ---------------------------------------------------------------------- JSON


def as_json(report: Report) -> str:
    changed = set(report.changed)
    content = {
        "from": label(report.since),
        "to": label(report.until),
        "files": [
            {
                "filename": readable(filename),
                "changed": filename in changed,
                "rewritten": [_rewritten(each) for each in report.rewritten if each.filename == filename],
                "by_hand": [
                    *(_left(each) for each in report.left if each.diagnostic.filename == filename),
                    *_outside(each for each in report.outside if each.filename == filename),
                ],
            }
            for filename in _filenames(report)
        ],
        "notes": [{"since": label(note.since), "text": note.text} for note in report.notes],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _rewritten(rewrite: Rewrite) -> dict[str, object]:
    safe = rewrite.fix.applicability is Applicability.SAFE
    return {
        "row": rewrite.row,
        "code": rewrite.code,
        "old": readable(rewrite.old),
        "new": readable(rewrite.fix.title),
        "applicability": rewrite.fix.applicability.value,
        "check": None if safe else CHECKS.get(rewrite.code),
    }


def _left(left: Left) -> dict[str, object]:
    return {
        "row": left.diagnostic.start.row,
        "code": left.diagnostic.code,
        "old": readable(left.old),
        "message": readable(left.diagnostic.message),
        "reason": left.reason or None,
    }


def _outside(items: Iterable[Outside]) -> Iterator[dict[str, object]]:
    for item in items:
        yield {"row": item.row, "code": None, "old": readable(item.old), "message": readable(item.text), "reason": None}
