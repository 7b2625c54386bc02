"""What one run knows of one project: its modules, and what their functions do."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dbos_lint.catalog.nondeterminism import Nondeterminism
from dbos_lint.semantics.collect import Collected
from dbos_lint.semantics.effects import Analysis
from dbos_lint.semantics.modules import Project
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.settings import Settings
from dbos_lint.syntax.parse import Fault, Source

_NEEDLES = (b"dbos", b"DBOS")
_IMPORTS = re.compile(rb"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import\b|import[ \t]+([\w., \t]+))", re.M)


class Program:
    """The project of one set of settings, as far as it has been read.

    Results do not depend on what was linted before: every answer is a function of files, and is only remembered.
    """

    def __init__(self, settings: Settings, upcoming: Iterable[str] = ()) -> None:
        self.project = Project(settings, upcoming=frozenset(upcoming))
        self.analysis = Analysis(
            Resolver(self.project), Nondeterminism(settings.extra_nondeterministic, settings.known_deterministic)
        )
        self._mentions: dict[str, bool] = {}
        names = (*settings.workflow_decorators, *settings.step_decorators, *settings.transaction_decorators)
        self._needles = (*_NEEDLES, *(name.rpartition(".")[2].rstrip("*").encode() for name in names))

    def concerns(self, path: str, source: bytes) -> bool:
        """Whether the file can hold anything of dbos: it names it, or imports a project module that does."""
        known = self._mentions.get(path)
        if known is None:
            self._mentions[path] = False
            known = self.mentions(source) or any(self._imported_concerns(path, source))
            self._mentions[path] = known
        return known

    def mentions(self, source: bytes) -> bool:
        """Whether the bytes name dbos or a configured decorator."""
        return any(needle in source for needle in self._needles)

    def _imported_concerns(self, path: str, source: bytes) -> list[bool]:
        found = []
        for dots, name, names in _IMPORTS.findall(source):
            for module in [name] if not names else names.split(b","):
                text = module.decode("ascii", "ignore").split(" as ")[0].strip()
                target = self.project.find(text, len(dots), path)
                if target is not None and target.endswith(".py"):
                    imported = self.project.read(target)
                    found.append(imported is not None and self.concerns(target, imported))
        return found

    def linted(self, path: str, source: bytes) -> tuple[Source, Collected] | Fault:
        """Parse and summarise the file to be linted, whose text may differ from the disk's."""
        return self.project.linted(path, source)
