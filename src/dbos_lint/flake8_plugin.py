"""The flake8 extension ``DBS``: the same findings as the command, chosen and silenced by flake8's own means."""

from __future__ import annotations

import ast
import os
import tokenize
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from dbos_lint import __version__

# flake8 loads this module at every start, whatever it lints: what is not needed to say which options there are is
# imported where it is used.
if TYPE_CHECKING:
    from argparse import Namespace

    from flake8.options.manager import OptionManager

    from dbos_lint.cache.process import Process
    from dbos_lint.configuration import Configuration
    from dbos_lint.linter import FileResult
    from dbos_lint.semantics.program import Program
    from dbos_lint.settings import Settings
    from dbos_lint.syntax.parse import Source

_LISTS = {
    "extra-nondeterministic": "qualified names of further calls that differ between runs; may end in *",
    "known-deterministic": "qualified names of calls that are safe in workflows; may end in *",
    "workflow-decorators": "qualified names of further decorators that make workflows",
    "step-decorators": "qualified names of further decorators that make steps",
    "transaction-decorators": "qualified names of further decorators that make transactions",
    "follow": "third-party packages whose functions are followed",
    "src": "folders that hold the project's modules",
}


class Plugin:
    """One file, as flake8 hands it over."""

    name: ClassVar[str] = "dbos-lint"
    version: ClassVar[str] = __version__

    _changes: ClassVar[dict[str, Any]] = {}
    _noqa: ClassVar[bool] = True
    _configuration: ClassVar[Configuration | None] = None
    _programs: ClassVar[dict[Settings, Program]] = {}
    _of_folder: ClassVar[dict[str, Settings]] = {}
    _upcoming: ClassVar[Container[str]] = ()
    _cache: ClassVar[tuple[Process | None] | tuple[()]] = ()

    def __init__(self, tree: ast.AST, lines: Sequence[str], filename: str) -> None:
        # flake8 knows by the parameter ``tree`` that it need not call us for what does not parse: that is its E999.
        self._tree = tree
        self._lines = lines
        self._filename = filename

    @classmethod
    def add_options(cls, manager: OptionManager) -> None:
        from dbos_lint.rules.registry import RULES

        manager.extend_default_ignore([code for code, rule in RULES.items() if not rule.on_by_default])
        manager.add_option("--dbos-version", parse_from_config=True, help="dbos version to lint for, such as 3.4")
        manager.add_option(
            "--dbos-preset", parse_from_config=True, help="strict or all: report findings that rest on a guess too"
        )
        for option, text in _LISTS.items():
            manager.add_option(f"--dbos-{option}", parse_from_config=True, comma_separated_list=True, help=text)
        manager.add_option(
            "--dbos-require-reason",
            action="store_true",
            default=None,
            parse_from_config=True,
            help="let `# dbos-lint: ignore[...]` count only when a reason follows",
        )

    @classmethod
    def parse_options(cls, options: Namespace) -> None:
        """Keep the options that were given; what nobody gave is left to ``[tool.dbos-lint]``."""
        given = {key: getattr(options, f"dbos_{key}") for key in (option.replace("-", "_") for option in _LISTS)}
        changes: dict[str, Any] = {key: tuple(value) for key, value in given.items() if value is not None}
        if options.dbos_require_reason is not None:
            changes["require_reason"] = options.dbos_require_reason
        if options.dbos_version is not None:
            changes["dbos_version"] = _checked("--dbos-version", "target_version", options.dbos_version)
        if options.dbos_preset is not None:
            changes["preset"] = _checked("--dbos-preset", "preset", options.dbos_preset)
        cls._changes = changes
        cls._noqa = not options.disable_noqa
        cls._configuration = None
        cls._programs = {}
        cls._of_folder = {}
        cls._cache = (None,) if "-" in options.filenames else ()  # what an editor hands over is on no disk
        cls._upcoming = _Below(map(os.path.abspath, options.filenames))

    def run(self) -> Iterator[tuple[int, int, str, type[Plugin]]]:
        from dbos_lint.paths import absolute, folder_of

        filename = absolute(self._filename)
        folder = folder_of(filename, os.getcwd())
        settings = self._of_folder.get(folder)
        if settings is None:
            settings = self._of_folder[folder] = self._settings(filename)
        program = self._program(settings)
        source = _encoded(self._lines)
        if not program.concerns(filename, source):
            return

        def lint() -> FileResult:
            return self._lint(source, filename, settings, program)

        cache = self._kept()
        result = lint() if cache is None else cache.result(filename, source, settings, program, lint)
        for diagnostic in result.diagnostics:
            start = diagnostic.start
            yield start.row, start.column - 1, f"{diagnostic.code} {_printable(diagnostic.message)}", type(self)

    def _lint(self, source: bytes, filename: str, settings: Settings, program: Program) -> FileResult:
        from dbos_lint.garbage import left_alone, less_often
        from dbos_lint.linter import lint_source

        less_often()
        with left_alone():
            result = lint_source(source, filename, settings, noqa=self._noqa, program=program, parsed=self._parsed())
        if result.tracebacks:
            program.forget()
        return result

    def _parsed(self) -> Source | None:
        """What flake8 has parsed, where it is the tree of the text that we would parse."""
        from dbos_lint.syntax.parse import Source

        text = "".join(self._lines)
        # A lone carriage return ends a line for Python's own reader of files, which is what we follow.
        return Source(text, self._tree) if isinstance(self._tree, ast.Module) and "\r" not in text else None

    @classmethod
    def _settings(cls, filename: str) -> Settings:
        """The settings of ``filename``. Where no configuration says which rules to run, all of them do, advice too:
        the choice is flake8's."""
        from dbos_lint.configuration import SettingsError

        try:
            settings = cls._configured().for_file(filename)._replace(**cls._changes)
        except SettingsError as error:
            raise _failure(str(error)) from None
        return settings._replace(select=("DBS",)) if settings.select is None else settings

    @classmethod
    def _program(cls, settings: Settings) -> Program:
        """What this process has learnt of the project: its modules are read once a run."""
        from dbos_lint.semantics.program import Program

        if settings not in cls._programs:
            cls._programs[settings] = Program(settings, cls._upcoming)
        return cls._programs[settings]

    @classmethod
    def _kept(cls) -> Process | None:
        """What earlier runs have kept, for this process: others are forked from one that has linted nothing."""
        if not cls._cache:
            from dbos_lint.cache.process import opened

            cls._cache = (opened(f"flake8 noqa={cls._noqa}"),)
        return cls._cache[0]

    @classmethod
    def _configured(cls) -> Configuration:
        """What reads the configuration files, each of them once a run."""
        if cls._configuration is None:
            from dbos_lint.configuration import Configuration

            cls._configuration = Configuration(os.getcwd())
        return cls._configuration


def _printable(message: str) -> str:
    """``message`` as flake8 can write it, and a terminal will not obey it: it may quote what the program says."""
    if message.isprintable():
        return message
    from dbos_lint.reporters.terminal import harmless

    return harmless(message)


class _Below:
    """The files that flake8 was told to check, itself or by their folders: its process may come to each of them."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = frozenset(paths)

    def __contains__(self, path: object) -> bool:
        from dbos_lint.paths import upwards

        return isinstance(path, str) and not self._paths.isdisjoint(upwards(path))


def _checked(option: str, reader: str, text: str) -> str:
    """The value of ``option`` as the ``reader`` of :mod:`dbos_lint.configuration` understands it."""
    from dbos_lint import configuration

    try:
        value: str = getattr(configuration, reader)(text)
    except ValueError as error:
        raise _failure(f"{option} {error}") from None
    return value


def _failure(message: str) -> Exception:
    """What flake8 reports without a traceback."""
    from flake8.exceptions import ExecutionError

    return ExecutionError(message)


def _encoded(lines: Sequence[str]) -> bytes:
    """The bytes of the file, in the encoding that its first lines declare."""
    text = "".join(lines)
    try:
        encoding, _ = tokenize.detect_encoding(iter([line.encode() for line in lines[:2]]).__next__)
        return text.encode(encoding)
    except (SyntaxError, LookupError, UnicodeError):
        return text.encode(errors="surrogatepass")
