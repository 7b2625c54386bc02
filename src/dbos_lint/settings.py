"""What a run is told: the options of ``[tool.dbos-lint]``, of the command line and of flake8, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """The options that hold for one file.

    ``root`` is the folder of the configuration file, or of the project when there is none: ``src`` and the
    patterns are relative to it. Names are qualified names; those of the nondeterminism lists may end in ``*``.
    ``dbos_version`` is the target as ``major.minor``.
    """

    root: Path
    src: tuple[str, ...] = (".", "src")
    dbos_version: str = "3.4"
    workflow_decorators: tuple[str, ...] = ()
    step_decorators: tuple[str, ...] = ()
    transaction_decorators: tuple[str, ...] = ()
    extra_nondeterministic: tuple[str, ...] = ()
    known_deterministic: tuple[str, ...] = ()
    follow: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    extend_ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclude: tuple[str, ...] = ()
    extend_exclude: tuple[str, ...] = ()
    respect_gitignore: bool = True
    require_reason: bool = False
