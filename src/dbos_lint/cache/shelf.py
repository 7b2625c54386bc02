"""What is kept of one project under one set of settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dbos_lint.cache import store
from dbos_lint.cache.merge import Knowledge, merged
from dbos_lint.cache.stamps import Stamps
from dbos_lint.cache.table import CLEAN, Row, Table, closure, leading_to, parse, text_of
from dbos_lint.consulted import (
    ALWAYS,
    FOUND,
    GROUPS,
    LISTED,
    OUTLINES,
    TOLD,
    WHOLE,
    Consulted,
    files_state,
)
from dbos_lint.mentions import needles
from dbos_lint.records import NamedTuple
from dbos_lint.settings import Settings

if TYPE_CHECKING:
    from dbos_lint.linter import FileResult

Tell = Callable[[str], Consulted]
"""Gives once more what others are told under a name, with all that it rests on."""


class Shelf:
    """The cache of one project. ``folder`` is where it is kept, ``key`` what it depends on beside the files."""

    def __init__(self, folder: str, key: str, settings: Settings, stamps: Stamps) -> None:
        self._folder = folder
        self._key = key
        self._settings = settings
        self._stamps = stamps
        self._mark = store.mark(folder, key)
        self._sought, self._findings, self._table = _unpacked(store.read(folder, key))
        self._decoded: Mapping[str, Any] | None = None
        self._same: set[str] = set()  # what was found to be as it was, by reading it, with another stamp
        self._dirty: set[int] = set()  # what was found not to be
        self._sights: dict[str, str] = {}
        self._consulted = Consulted()
        self._outcomes: dict[str, Any] = {}

    # ------------------------------------------------------------------ what was seen

    def seek(self, sought: str) -> None:
        """Be told what files are searched for: sights of something else are of no use."""
        if sought != self._sought:
            self._table = Table(row._replace(sight="") for row in self._table.rows)
            self._sought = sought

    def sight(self, path: str) -> str:
        """What the search of the file ``path`` has seen; empty unless that is known and the file has not changed."""
        row = self._table.get(path)
        if row is None or not row.sight or not row.stamp:
            return ""
        return row.sight if self._stamps.of(path) == row.stamp else ""

    def saw(self, path: str, sight: str) -> None:
        """Keep what the search of a file has seen."""
        self._sights[path] = sight

    # ------------------------------------------------------------------ what was found

    def recall(self, paths: Iterable[str], tell: Tell | None = None) -> dict[str, FileResult]:
        """The results of those of ``paths`` for which all is as it was."""
        return {path: result for path in self.fresh(paths, tell) if (result := self.result(path)) is not None}

    def fresh(self, paths: Iterable[str], tell: Tell | None = None) -> list[str]:
        """Those of ``paths`` that have a result, and for which all is as it was.

        What others are told may be as it was where the text is not that tells it: ``tell`` is asked once more, but not
        for those that rest on something else that has changed.
        """
        table = self._table
        wanted = [path for path in map(FOUND.__add__, paths) if (row := table.get(path)) is not None and row.outcome]
        try:
            ways = table.reached(wanted)
        except ValueError:  # it was not written by us
            self._table = Table()
            return []
        dirty = {number for number in ways if not self._is_same(table.rows[number])}
        stale = leading_to(dirty, ways) if dirty else set()
        told = {number for number in stale if table.rows[number].path.startswith(TOLD)}
        if told and tell is not None:
            apart = {number: () if number in told else steps for number, steps in ways.items()}
            lost = leading_to(dirty, apart)
            needed = closure((table.number[path] for path in wanted if table.number[path] not in lost), apart)
            dirty |= {number for number in told & needed if not self._still_tells(table.rows[number], tell)}
            stale = leading_to(dirty, apart)
        self._dirty |= dirty
        return [path.removeprefix(FOUND) for path in wanted if table.number[path] not in stale]

    def _still_tells(self, row: Row, tell: Tell) -> bool:
        """Whether others are told the same as before."""
        try:
            found = tell(row.path)
        except Exception:  # it will be met again by who asks
            return False
        self._consulted.add(found)
        return found.states.get(row.path) == row.state

    def recalled(self, name: str) -> Consulted | None:
        """What others are told as ``name``, with all that it rests on, where that is as it was."""
        table = self._table
        try:
            ways = table.reached([name]) if name in table.number else {}
        except ValueError:  # it was not written by us
            return None
        rows = {number: table.rows[number] for number in ways}
        dirty = {number for number, row in rows.items() if not self._is_same(row)}
        self._dirty |= dirty
        if dirty or not rows:
            return None
        found = Consulted(states={row.path: row.state for row in rows.values()})
        for number, row in rows.items():
            found.led[row.path] = {rows[step].path for step in ways[number]}
        return found

    def is_in(self, path: str, state: str) -> bool:
        """Whether the file ``path`` was in ``state``."""
        row = self._table.get(path)
        return row is not None and row.state == state

    @property
    def paths(self) -> list[str]:
        """The files that have results."""
        return [row.path.removeprefix(FOUND) for row in self._table.rows if row.outcome]

    def _is_same(self, row: Row) -> bool:
        if row.path.startswith(TOLD) or (row.state == ALWAYS and row.path.startswith((FOUND, *GROUPS))):
            return True
        if row.path in (LISTED, OUTLINES, WHOLE):
            return self._project == row.state
        if row.stamp and self._stamps.of(row.path) == row.stamp:
            return True
        if self._is_state(row):
            if self._stamps.of(row.path) != row.stamp:  # else there is nothing new to keep
                self._same.add(row.path)
            return True
        return False

    @cached_property
    def _project(self) -> str:
        """What tells the list of the files of the project."""
        from dbos_lint.discovery import project_files

        return files_state(project_files(self._settings))

    def _is_state(self, row: Row) -> bool:
        return self._stamps.is_state(row.path, row.state, needles(self._settings))

    def result(self, path: str) -> FileResult | None:
        """The result of a file for which all is as it was."""
        from dbos_lint.linter import FileResult

        if self._table.rows[self._table.number[FOUND + path]].outcome == CLEAN:
            return FileResult(path, ())
        from dbos_lint.cache.findings import has_fix, result_of
        from dbos_lint.consulted import text_state

        try:
            values, source = self._known_findings()[FOUND + path], b""
            if has_fix(values):
                source = self._stamps.text(path)
                if not self.is_in(path, text_state(source)):
                    return None
            return result_of(path, values, source)
        except Exception:  # it was not written by us, or the file has changed meanwhile
            return None

    def _known_findings(self) -> Mapping[str, Any]:
        if self._decoded is None:
            self._decoded = _decoded(self._findings)
        return self._decoded

    def learn(self, result: FileResult) -> None:
        """Keep the result of a file that was linted, with what was consulted for it."""
        if result.consulted is None:
            return
        self._consulted.add(result.consulted)
        self._consulted.found(result.filename)
        if result.tracebacks:
            return
        if result.diagnostics or result.suppressed or result.unresolved or result.failed or result.varied:
            from dbos_lint.cache.findings import plain

            self._outcomes[FOUND + result.filename] = plain(result)
        else:
            self._outcomes[FOUND + result.filename] = CLEAN

    # ------------------------------------------------------------------ what is kept

    def save(self) -> None:
        """Write what is new, if anything is. Raises OSError."""
        if not (self._same or self._dirty or self._sights or self._consulted.states):
            store.use(self._folder, self._key)
            return
        with store.alone(self._folder):
            if store.mark(self._folder, self._key) != self._mark:  # another run was faster
                self._add_to_others()
                return
            kept = _Unpacked(self._sought, self._findings, self._table)
            self._write(kept, self._known_findings(), self._dirty | self._changed(), self._same, self._sights)

    def save_with_others(self) -> None:
        """Write what is new to what other processes have written meanwhile. Raises OSError."""
        if not (self._same or self._consulted.states):
            store.use(self._folder, self._key)
            return
        with store.alone(self._folder):
            self._add_to_others()

    def _add_to_others(self) -> None:
        kept = _unpacked(store.read(self._folder, self._key))
        rows = {row.path: row for row in self._table.rows if row.path in self._same}
        same = {path for path, row in rows.items() if (now := kept.table.get(path)) and now.state == row.state}
        self._write(kept, _decoded(kept.findings), set(), same, {})

    def _write(
        self, kept: _Unpacked, findings: Mapping[str, Any], changed: set[int], same: set[str], sights: Mapping[str, str]
    ) -> None:
        try:
            known = Knowledge(kept.table, findings, changed, same, sights)
            table, found = merged(known, self._consulted, self._outcomes, self._stamps)
        except ValueError:  # what was there was not written by us
            known = Knowledge(Table(), {}, set(), set(), sights)
            table, found = merged(known, self._consulted, self._outcomes, self._stamps)
        store.write(self._folder, self._key, _packed(kept.sought, found, table))

    def _changed(self) -> set[int]:
        """What was searched anew and nobody has compared with its state: it gets the stamp that it has now."""
        rows = [self._table.number[path] for path in self._sights if path in self._table.number]
        return {number for number in rows if (row := self._table.rows[number]).state and not self._is_known_same(row)}

    def _is_known_same(self, row: Row) -> bool:
        return row.path in self._same or row.path in self._consulted.states or self._is_state(row)


def _packed(sought: str, findings: Mapping[str, Any], table: Table) -> str:
    text = ""
    if findings:
        import json

        text = json.dumps(findings, separators=(",", ":"))
    return f"{sought}\n{text}\n{text_of(table)}"


class _Unpacked(NamedTuple):
    sought: str
    findings: str
    table: Table


def _unpacked(text: str | None) -> _Unpacked:
    try:
        sought, findings, rows = (text or "").split("\n", 2)
        return _Unpacked(sought, findings, parse(rows))
    except (ValueError, TypeError):
        return _Unpacked("", "", Table())


def _decoded(text: str) -> Mapping[str, Any]:
    if not text:
        return {}
    import json

    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
