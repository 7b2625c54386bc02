"""The upgrade of what stands below some paths: every project there, from the files to the report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from dbos_lint.catalog.history import Version, label
from dbos_lint.configuration import Configuration
from dbos_lint.diagnostic import Diagnostic, Position
from dbos_lint.discovery import Discovery
from dbos_lint.fixes.files import leads_out
from dbos_lint.reading import read
from dbos_lint.rules.declared.meta import UNREADABLE_FILE
from dbos_lint.settings import Settings
from dbos_lint.upgrade.outside import Outside, notes, outside, requirement
from dbos_lint.upgrade.report import Report
from dbos_lint.upgrade.rounds import Left, Rounds, Upgraded, checked_codes, upgrade_codes
from dbos_lint.wording import cause


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for: from which release to which, whether only what is safe is to be done, and at and below which
    paths, absolute, beside the projects that they are of."""

    since: Version
    until: Version
    only_safe: bool = False
    dry: bool = False
    isolated: bool = False
    named: tuple[str, ...] = ()


def upgrade(found: Discovery, configuration: Configuration, request: Request) -> tuple[Report, dict[str, bytes]]:
    """What becomes of the files that were ``found``, and what they held. Nothing is written."""
    codes = upgrade_codes(request.since, request.until)
    projects: list[Upgraded] = []
    before: dict[str, bytes] = {}
    roots: list[str] = []
    if found.unreadable:
        projects.append(Upgraded({}, (), tuple(_unread(path, reason) for path, reason in found.unreadable)))
    for settings, paths in _projects(found.files, configuration):
        files, unreadable = _read(paths)
        target = settings._replace(
            dbos_version=label(request.until),
            version_source="--to",
            select=tuple(sorted(checked_codes(codes))),
            ignore=(),
            extend_select=(),
            extend_ignore=(),
            per_file_ignores=(),
            fixable=None,
            unfixable=(),
        )
        foreign = frozenset(path for path in files if leads_out(path, (*request.named, settings.root)))
        upgraded = Rounds(target, codes, files, request.only_safe, foreign).run()
        projects.append(replace(upgraded, left=(*upgraded.left, *unreadable)))
        before.update(files)
        roots.append(settings.root)
    return (
        Report(
            request.since,
            request.until,
            configuration.cwd,
            tuple(projects),
            tuple(_outside(found, roots, request)),
            notes(before.values(), request.since, request.until),
            request.dry,
        ),
        before,
    )


def _projects(paths: Iterable[str], configuration: Configuration) -> Iterator[tuple[Settings, list[str]]]:
    """The files that have the same settings, which is those of one project."""
    together: dict[Settings, list[str]] = {}
    for path in paths:
        together.setdefault(configuration.for_file(path), []).append(path)
    yield from together.items()


def _read(paths: Iterable[str]) -> tuple[dict[str, bytes], list[Left]]:
    files: dict[str, bytes] = {}
    unreadable: list[Left] = []
    for path in paths:
        try:
            files[path] = read(path)
        except (OSError, MemoryError) as error:
            unreadable.append(_unread(path, cause(error)))
    return files, unreadable


def _unread(path: str, reason: object) -> Left:
    start = Position(1, 1)
    message = f"file is not upgraded: it cannot be read: {reason}"
    return Left(Diagnostic(UNREADABLE_FILE, path, start, start, message), "", "")


def _outside(found: Discovery, roots: Iterable[str], request: Request) -> Iterator[Outside]:
    folders = {*found.walked, *roots}
    asked = () if request.isolated else chain(*(requirement(root, request.until) for root in sorted(set(roots))))
    yield from dict.fromkeys(chain(outside(folders, request.since, request.until), asked))
