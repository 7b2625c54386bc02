"""Modules of the project: names to files, and files to summaries, loaded on demand and once.

A module is identified by its file, for the same file can be imported under several names.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from dbos_lint import timings
from dbos_lint.consulted import OUTLINES, Consulted
from dbos_lint.garbage import left_alone
from dbos_lint.mentions import imports
from dbos_lint.paths import parent
from dbos_lint.reading import read
from dbos_lint.semantics.overlay import Placed
from dbos_lint.settings import Settings

# Names are told from files alone; what reads them is loaded for the first one that is parsed.
if TYPE_CHECKING:
    from dbos_lint.outlines import Outline
    from dbos_lint.semantics.collect import Collected
    from dbos_lint.semantics.disk import Disk
    from dbos_lint.semantics.summary import Module
    from dbos_lint.syntax.parse import Fault, Source

_SITE_PACKAGES = f"{os.sep}site-packages{os.sep}"
# dbos is known by its facts, not by its source: its own repository holds its tests, which are users of it.
_NEVER_FOLLOWED = frozenset({"dbos"})
# Trees take forty times the room of their source: so much of it stays parsed from the summary to the linting. To parse
# and walk a file again takes less than a fifth of what linting it does.
_BYTES_KEPT = 450_000


class Project:
    """The files that belong together, and what has been read of them.

    ``overlay`` holds text that differs from the disk's: what an editor or standard input gave. ``upcoming`` are files
    that will be linted too: when they are imported before that, their trees are kept, as far as there is room, so that
    each is walked once.
    ``consulted`` is told which files and folders each file leads to; ``linting`` is the file that is linted.
    ``elsewhere`` gives the summary that another process has made of a file with this text, ``recalled`` the answer that
    an earlier run was told under a name, with all that it rests on, where it still holds. ``disk`` remembers what
    others read that are altered from the same one. Where files are ``mended_together``, fixes may reach into others.
    """

    def __init__(
        self,
        settings: Settings,
        overlay: dict[str, bytes] | None = None,
        upcoming: Container[str] = (),
        room: int = _BYTES_KEPT,
    ) -> None:
        self.settings = settings
        self.overlay = {} if overlay is None else overlay
        self.upcoming = upcoming
        self.consulted = Consulted()
        self.linting = ""
        self.elsewhere: Callable[[str, bytes], Module | None] = lambda path, source: None
        self.recalled: Callable[[str], Consulted | None] = lambda name: None
        self.disk: Disk | None = None
        self.mended_together = False
        self._room = room
        self._placed = Placed(self.overlay)
        self._listing: list[tuple[str, ...] | None] = []  # the files of the project, once they were asked for
        self._kept: dict[str, tuple[bytes, Source, Collected]] = {}
        self._trees: dict[str, tuple[bytes, Source, Collected]] = {}
        self._modules: dict[str, Module | None] = {}
        self._summarised: dict[str, int] = {}  # the hashes of the texts that summaries are of
        self._folders: dict[str, frozenset[str]] = {}
        self._roots: dict[str, tuple[str, ...]] = {}
        self._found: dict[tuple[str | tuple[str, ...], str, int], tuple[str | None, frozenset[str]]] = {}
        self._asking: set[str] = set()  # the steps of the file, or folder, on whose behalf folders are read
        self._imports: dict[str, tuple[Module, tuple[str, ...]]] = {}
        root = self.settings.root
        self._sources = tuple(os.path.normpath(os.path.join(root, folder)) for folder in self.settings.src)

    # ------------------------------------------------------------------ names to files

    def kind(self, folder: str, name: str) -> str | None:
        """The path of the module or folder ``name`` in ``folder``, or None, for the file that is linted."""
        self._asking = self.consulted.led[self.linting]
        return self._kind(folder, name)

    def _kind(self, folder: str, name: str) -> str | None:
        entries = self._entries(folder)
        if name in entries:
            path = os.path.join(folder, name)
            if "__init__.py" in self._entries(path):
                return os.path.join(path, "__init__.py")
        if f"{name}.py" in entries:
            return os.path.join(folder, f"{name}.py")
        if name in entries and self._entries(os.path.join(folder, name)):
            return os.path.join(folder, name)
        return None

    def _entries(self, folder: str) -> frozenset[str]:
        self._asking.add(folder)
        entries = self._folders.get(folder)
        if entries is None:
            try:
                entries = frozenset(os.listdir(folder))
                self.consulted.folder(folder, entries)
            except OSError:
                entries = frozenset()
                self.consulted.folder(folder, None)
            entries |= self._placed.within(folder)
            self._folders[folder] = entries
        return entries

    def package_root(self, path: str) -> str:
        """The folder that holds the outermost package of the file ``path``."""
        folder = parent(path)
        self._asking = self.consulted.led[folder]
        while "__init__.py" in self._entries(folder):
            above = parent(folder)
            if above == folder:
                break
            folder = above
        return folder

    def roots(self, path: str) -> tuple[str, ...]:
        """Where absolute imports of the file ``path`` are looked for, in order."""
        folder = parent(path)
        roots = self._roots.get(folder)
        if roots is None:
            roots = tuple(dict.fromkeys([self.package_root(path), *self._sources]))
            self._roots[folder] = roots
        return roots

    def name(self, path: str) -> str:
        """The dotted name of the module in the file ``path``, from its package root or the nearest source folder."""
        roots = [root for root in self._sources if path.startswith(root + os.sep)]
        root = max(roots, key=len, default=self.package_root(path))
        parts = os.path.splitext(path)[0].removeprefix(root).strip(os.sep).split(os.sep)
        if len(parts) > 1 and parts[-1] == "__init__":
            parts.pop()
        return ".".join(parts)

    def find(self, name: str, level: int, importer: str) -> str | None:
        """The file (or folder) that ``import name`` in the file ``importer`` denotes inside the project, or None.

        ``level`` counts the leading dots of a relative import.
        """
        folder, roots = parent(importer), self.roots(importer)
        key = (folder if level else roots, name, level)
        known = self._found.get(key)
        if known is None:
            steps = self._asking = set()
            found = self._find(name, level, folder, roots)
            if found is not None:
                steps.add(found)
            known = self._found[key] = found, frozenset(steps)
        led = self.consulted.led[importer]
        led.add(folder)  # which tells the roots
        led |= known[1]
        return known[0]

    def _find(self, name: str, level: int, folder: str, roots: Iterable[str]) -> str | None:
        parts = [part for part in name.split(".") if part]
        if level:
            for _ in range(level - 1):
                folder = parent(folder)
            return self._descend(folder, parts)
        if not parts or parts[0] in _NEVER_FOLLOWED:
            return None
        for root in roots:
            found = self._descend(root, parts)
            if found is not None and _SITE_PACKAGES not in found:
                return found
        if parts[0] in self.settings.follow:
            for root in self._package_folders():
                found = self._descend(root, parts)
                if found is not None:
                    return found
        return None

    def _package_folders(self) -> tuple[str, ...]:
        """Where the packages that the settings let us follow are installed: the project's environment, else ours."""
        from pathlib import Path

        environments = [Path(self.settings.root, name) for name in (".venv", "venv")]
        own = [path for folder in environments for path in folder.glob("lib/python*/site-packages")]
        return (*map(str, own), *(path for path in sys.path if _SITE_PACKAGES.rstrip(os.sep) in path))

    def _descend(self, folder: str, parts: list[str]) -> str | None:
        if not parts:
            init = os.path.join(folder, "__init__.py")
            return init if "__init__.py" in self._entries(folder) else folder
        found: str | None = None
        for index, part in enumerate(parts):
            found = self._kind(folder, part)
            if found is None:
                return None
            if index < len(parts) - 1:
                if found.endswith(os.sep + "__init__.py"):
                    folder = parent(found)
                elif found.endswith(".py"):
                    return None
                else:
                    folder = found
        return found

    def is_library(self, path: str) -> bool:
        """Whether the file is one of dbos itself, which is no program that uses it."""
        folder = parent(path)
        self._asking = self.consulted.led[path]
        while True:
            entries, above = self._entries(folder), parent(folder)
            if os.path.basename(folder) == "dbos" and {"__init__.py", "_dbos.py"} <= entries:
                return True
            # One of its folders, cli, is no package.
            if folder == above or ("__init__.py" not in entries and os.path.basename(above) != "dbos"):
                return False
            folder = above

    def submodule(self, package: str, name: str) -> str | None:
        """The module ``name`` inside the package or folder at ``package``, or None."""
        folder = parent(package) if package.endswith(".py") else package
        if package.endswith(".py") and os.path.basename(package) != "__init__.py":
            return None
        steps = self._asking = self.consulted.led[package]
        found = self._kind(folder, name)
        if found is not None:
            steps.add(found)
        return found

    # ------------------------------------------------------------------ files to summaries

    def files(self) -> tuple[str, ...] | None:
        """All files of the project, in order; None where there are too many. What is found rests on all of them."""
        self.consulted.whole(self.linting)
        return self.listed()

    def listed(self) -> tuple[str, ...] | None:
        """The same, for an answer that tells what it rests on."""
        from dbos_lint.discovery import project_files

        if not self._listing:
            self._listing.append(self.disk.files() if self.disk is not None else project_files(self.settings))
        self.consulted.files(self._listing[0])
        return self._listing[0]

    def outline(self, source: bytes, needles: Sequence[bytes]) -> Outline:
        """The outline of the text of a file."""
        from dbos_lint.outlines import Outline

        return self.disk.outline(source, needles) if self.disk is not None else Outline(source, needles)

    def mentioned(self, source: bytes) -> Iterable[tuple[int, str, bytes]]:
        """What the text of a file imports, to judge by its bytes."""
        return self.disk.imports(source) if self.disk is not None else imports(source)

    def outlined(self) -> None:
        """Be told that outlines were asked for, which also tell what lies in which folder."""
        self.consulted.led[OUTLINES].update(self._folders)

    def read(self, path: str) -> bytes | None:
        if path in self.overlay:
            return self.overlay[path]
        try:
            source = self.disk.read(path) if self.disk is not None else read(path)
        except (OSError, MemoryError):
            self.consulted.unreadable(path)
            return None
        self.consulted.text(path, source)
        return source

    def module(self, path: str) -> Module | None:
        """The summary of the file ``path``; None if it cannot be read or parsed."""
        if path not in self._modules:
            self._modules[path] = self._summary(path)
        return self._modules[path]

    def was_dropped(self, path: str) -> bool:
        """Whether the file has been parsed for others, and its tree found no room until its turn."""
        return self._modules.get(path) is not None and path not in self._kept

    def _summary(self, path: str) -> Module | None:
        from dbos_lint.syntax.parse import Source

        source = self.read(path) if path.endswith(".py") else None
        self._summarised[path] = hash(source)
        if source is None:
            return None
        known = self.elsewhere(path, source)
        if known is not None and known.name == self._called(path):
            self.consulted.led[path].add(parent(path))
            return known
        parsed = self._parsed(path, source)
        if not isinstance(parsed, Source):
            return None
        try:
            collected = self.collected(path, parsed)
        except RecursionError:  # what nests too deeply is as good as unreadable
            return None
        if path in self.upcoming and len(source) <= self._room and not self.is_library(path):
            self._room -= len(source)
            self._kept[path] = (source, parsed, collected)
        return collected.summary

    def collected(self, path: str, source: Source, known: Module | None = None) -> Collected:
        """The summary, unless it is ``known``, and the nodes of a parsed file."""
        with timings.phase("load"):
            from dbos_lint.semantics.collect import collect, recollect
            from dbos_lint.syntax import suppressions

        with timings.phase("collect"):
            called = self._called(path)
            if known is not None:
                collected = recollect(source.tree, known)
            else:
                collected = collect(source.tree, path, called, suppressions.parse(source.text).deterministic_rows)
        self._modules[path] = collected.summary
        return collected

    def _called(self, path: str) -> str:
        """The name of the file, which rests on the folders around it."""
        self.consulted.led[path].add(parent(path))
        return self.name(path)

    def tree(self, path: str) -> tuple[Source, Collected] | None:
        """The text and the tree of the file ``path``, beside the summary that all share, for who changes it from afar.

        They are kept: migrations ask for the same few files. None if it cannot be read or parsed, or has changed.
        """
        module, source = self.module(path), self.read(path)
        if module is None or source is None or self._summarised[path] != hash(source):
            return None
        known = self._kept.get(path) or self._trees.get(path)
        if known is None or known[0] != source:
            from dbos_lint.semantics.collect import recollect
            from dbos_lint.syntax.parse import Fault

            parsed = self._parsed(path, source)
            if isinstance(parsed, Fault):
                return None
            with timings.phase("collect"):
                known = self._trees[path] = source, parsed, recollect(parsed.tree, module)
        return known[1:]

    def linted(self, path: str, source: bytes, parsed: Source | None = None) -> tuple[Source, Collected] | Fault:
        """The tree and the summary of the file to be linted, whose text may differ from the disk's."""
        from dbos_lint.syntax.parse import Source

        kept = self._kept.pop(path, None)
        if kept is not None:
            self._room += len(kept[0])
            if kept[0] == source:
                return kept[1:]
        self.overlay[path] = source
        read = parsed or self._parsed(path, source)
        if not isinstance(read, Source):
            return read
        # All that is known speaks of the summary that there is.
        known = self._modules.get(path) if self._summarised.get(path) == hash(source) else None
        self._summarised[path] = hash(source)
        return read, self.collected(path, read, known)

    def _parsed(self, path: str, source: bytes) -> Source | Fault:
        from dbos_lint.syntax.parse import Fault

        parsed = quietly_parsed(source)
        if isinstance(parsed, Fault) and parsed.passing:
            self.consulted.torn.add(path)  # nothing is kept that rests on it
        return parsed

    def altered(self, texts: Mapping[str, bytes]) -> Project:
        """This project with other ``texts`` of some files; what is known of the others need not be read again."""
        from dbos_lint.consulted import Unasked
        from dbos_lint.semantics.disk import Disk

        self.disk = self.disk or Disk(self.settings)
        other = Project(self.settings, {**self.overlay, **texts})
        other.consulted, other.disk, other.mended_together = Unasked(), self.disk, self.mended_together
        other._trees = self._trees  # each beside the text that it is of
        other._modules.update((path, known) for path, known in self._modules.items() if path not in texts)
        other._summarised.update((path, known) for path, known in self._summarised.items() if path not in texts)
        return other

    def imports(self, module: Module, find: Callable[[Module], Iterator[str]]) -> tuple[str, ...]:
        """What ``find`` tells of the files that ``module`` imports, remembered: many ask for what is imported by way of
        others."""
        known = self._imports.get(module.path)
        if known is None or known[0] is not module:
            known = self._imports[module.path] = module, tuple(dict.fromkeys(find(module)))
        return known[1]

    def forget(self, path: str) -> None:
        """Drop what is known of a file that changed."""
        self._modules.pop(path, None)
        self._folders.pop(parent(path), None)
        self._found.clear()
        self._listing.clear()


def quietly_parsed(source: bytes) -> Source | Fault:
    """Parse ``source``: a tree is all growth, and collecting garbage meanwhile doubles the time."""
    with timings.phase("load"):
        from dbos_lint.syntax.parse import parse

    with timings.phase("parse"), left_alone():
        return parse(source)
