"""What one run knows of one project: its modules, and what their functions do."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from dbos_lint.mentions import imports, members, mentions, needles
from dbos_lint.semantics.modules import Project
from dbos_lint.settings import Settings

# What a file's imports lead to is told without the rest of the engine, which most files do not need.
if TYPE_CHECKING:
    from dbos_lint.consulted import Consulted
    from dbos_lint.semantics.analysis import Analysis
    from dbos_lint.semantics.collect import Collected
    from dbos_lint.syntax.parse import Fault, Source

T = TypeVar("T")


class Program:
    """The project of one set of settings, as far as it has been read.

    Results do not depend on what was linted before: every answer is a function of files, and is only remembered.
    """

    def __init__(self, settings: Settings, upcoming: Container[str] = (), project: Project | None = None) -> None:
        self.project = project or Project(settings, upcoming=upcoming)
        self._needles = needles(settings)
        self._concerned: dict[str, bool] = {}
        self._is_trusting = True

    @cached_property
    def analysis(self) -> Analysis:
        """What the functions of the project do."""
        return self._analysis(tells_apart=True)

    def _analysis(self, *, tells_apart: bool) -> Analysis:
        from dbos_lint.catalog.nondeterminism import Nondeterminism
        from dbos_lint.semantics.analysis import Analysis
        from dbos_lint.semantics.calls import Calls
        from dbos_lint.semantics.facts import Observer
        from dbos_lint.semantics.names import Names
        from dbos_lint.semantics.resolve import Resolver

        settings = self.project.settings
        nondeterminism = Nondeterminism(
            settings.extra_nondeterministic, settings.known_deterministic, settings.shows_guesses
        )
        calls = Calls(Resolver(self.project, tells_apart))
        observer = Observer(calls, nondeterminism)
        # What earlier runs were told, they were told by an analysis that tells objects apart.
        return Analysis(calls, observer, Names(calls, observer, self.concerns, recalls=tells_apart))

    def ask(self, question: Callable[[Analysis], T]) -> tuple[T, str]:
        """The answer to a ``question`` about one file. Where that comes to a function that is given too many different
        objects, the answer does without them, and the name of the function stands beside it."""
        from dbos_lint.semantics.facts import TooVariedError

        try:
            return question(self.analysis), ""
        except TooVariedError:
            del self.analysis
        # What earlier files have taught counts, too: it must not tell what becomes of this one.
        try:
            return question(self.analysis), ""
        except TooVariedError as error:
            del self.analysis
            return question(self._analysis(tells_apart=False)), error.function

    def recall(self, recalled: Callable[[str], Consulted | None]) -> None:
        """Let what an earlier run was told count, unless it is distrusted."""
        if self._is_trusting:
            self.project.recalled = recalled

    def tell(self, name: str) -> Consulted:
        """What others are told under a name, once more, and what that rests on."""
        try:
            self.analysis.names.tell(name)
        except BaseException:
            self.forget()
            raise
        return self.project.consulted.take()

    def forget(self) -> None:
        """Judge anew from here on: what a fault left half done must not spoil what follows. Files need not be read
        again for that."""
        self.__dict__.pop("analysis", None)

    def distrust(self) -> None:
        """Be told that some text is not what an earlier run knows: nothing that it was told counts any more."""
        self._is_trusting = False
        self.project.recalled = lambda name: None
        self.forget()

    def altered(self, texts: Mapping[str, bytes]) -> Program:
        """The project with other ``texts`` of some files, of which nothing is remembered but what they say."""
        return Program(self.project.settings, project=self.project.altered(texts))

    def concerns(self, path: str, source: bytes) -> bool:
        """Whether the file can hold anything of dbos: it names it, or a file of the project does that it imports.

        It may import it by way of others. The decorators that the settings add count as names of dbos.
        """
        if self._mentions(source):
            return not self.project.is_library(path)
        if path not in self._concerned:
            self._follow_imports(path, source)
        return self._concerned[path]

    def _mentions(self, source: bytes) -> bool:
        return mentions(source, self._needles)

    def _follow_imports(self, path: str, source: bytes) -> None:
        """Tell of ``path``, and of each file on the way, whether its imports lead to a file that names dbos."""
        importers: dict[str, list[str]] = {path: []}
        pending, concerned = [(path, source)], []
        while pending:
            importer, text = pending.pop()
            for target in set(self._imported(importer, text)):
                if target in importers:
                    importers[target].append(importer)
                    continue
                importers[target] = [importer]
                known = self._concerned.get(target)
                imported = self.project.read(target) if known is None else None
                if known or (imported is not None and self._mentions(imported)):
                    concerned.append(target)
                elif imported is not None:
                    pending.append((target, imported))
        # Only now is it known of all of them: in a cycle, each depends on the others.
        self._concerned.update(dict.fromkeys(importers, False))
        while concerned:
            target = concerned.pop()
            if not self._concerned[target]:
                self._concerned[target] = True
                concerned += importers[target]

    def _imported(self, path: str, source: bytes) -> Iterator[str]:
        """The files of the project that ``path`` imports: modules, and those of the imported names that are modules."""
        for level, module, names in imports(source):
            found = self._find(path, level, module)
            if found is None:
                continue
            if found.endswith(".py"):
                yield found
                if not found.endswith(f"{os.sep}__init__.py"):
                    continue
            for name in members(names):
                inside = self.project.submodule(found, name)
                if inside is not None and inside.endswith(".py"):
                    yield inside

    def _find(self, path: str, level: int, module: str) -> str | None:
        found = self.project.find(module, level, path)
        if found is None or not level:
            return found
        # No package reaches above its own root: what lies there is not what Python would import.
        below = (os.path.join(root, "") for root in self.project.roots(path))
        return found if os.path.join(found, "").startswith(tuple(below)) else None

    def linted(self, path: str, source: bytes, parsed: Source | None = None) -> tuple[Source, Collected] | Fault:
        """Summarise the file to be linted, whose text may differ from the disk's; it is parsed unless it is already."""
        from dbos_lint.syntax.parse import Fault

        self.project.linting = path
        linted = self.project.linted(path, source, parsed)
        if not isinstance(linted, Fault):
            self.analysis.names.renew(linted[1].summary, source)
        return linted
