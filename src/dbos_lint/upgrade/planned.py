"""The fixes of one round of an upgrade: as many as are not in each other's way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dbos_lint.diagnostic import Diagnostic
from dbos_lint.fix import Change
from dbos_lint.fixes.together import Together
from dbos_lint.upgrade.state import File


@dataclass(frozen=True, eq=False)
class Work:
    """What a fix changes in each file, and the files that it makes."""

    changes: Mapping[str, tuple[Change, ...]]
    created: Mapping[str, bytes]


@dataclass(frozen=True)
class Planned:
    """A finding, and the work that mends it: the same object where it mends several."""

    diagnostic: Diagnostic
    work: Work


class Chosen:
    """The fixes that are taken of those for ``files``."""

    def __init__(self, files: Mapping[str, File]) -> None:
        self.planned: list[Planned] = []
        self._files = files
        self._together: dict[str, Together] = {}
        self._created: dict[str, bytes] = {}
        self._taken: dict[Work, bool] = {}

    def add(self, plan: Planned) -> None:
        """Take one more, unless it is in the way of one that is taken."""
        if plan.work not in self._taken:
            self._taken[plan.work] = self._takes(plan.work)
        if self._taken[plan.work]:
            self.planned.append(plan)

    def _takes(self, work: Work) -> bool:
        admitted = all(self._of(path).admits(changes) for path, changes in work.changes.items())
        if not admitted or any(self._created.get(path, text) != text for path, text in work.created.items()):
            return False
        for path, changes in work.changes.items():
            self._of(path).add(changes)
        self._created.update(work.created)
        return True

    def _of(self, path: str) -> Together:
        if path not in self._together:
            self._together[path] = Together(self._files[path].document)
        return self._together[path]
