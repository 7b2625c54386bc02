"""What a run is told, as one value: the options of ``[tool.dbos-lint]``, of the command line and of flake8.

``dbos_lint.configuration`` reads this value from files; ``dbos_lint.selection`` says which rules it turns on.
"""

from __future__ import annotations

from dbos_lint.records import NamedTuple

DEFAULT_EXCLUDE: tuple[str, ...] = (
    ".bzr",
    ".dbos_lint_cache",
    ".direnv",
    ".eggs",
    ".git",
    ".git-rewrite",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pants.d",
    ".pyenv",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    "__pycache__",
    "__pypackages__",
    "_build",
    "buck-out",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
)

PRESETS: tuple[str, ...] = ("recommended", "strict", "all")
"""What is run where nobody says more: the rules that are no advice; findings that rest on a guess too; advice too."""


class Settings(NamedTuple):
    """The options that hold for one file.

    ``root`` is the folder of the configuration file, or of the project when there is none: ``src`` and the
    patterns are relative to it. ``config`` is the file that the options were read from. Names are qualified
    names; those of the nondeterminism lists may end in ``*``. ``dbos_version`` is the target as
    ``major.minor``, ``version_source`` who says so (empty: nobody, it is the newest known). ``preset`` is one of
    :data:`PRESETS`. ``select`` is ``None`` where nobody said which rules to run: those of the preset, then. ``fix``
    says that files are mended, ``unsafe_fixes`` that fixes count too which a person should look at (``None``: nobody
    said so, and a run tells that there are some), ``fixable`` and ``unfixable`` of which rules (``None``: of all).
    """

    root: str
    src: tuple[str, ...] = (".", "src")
    dbos_version: str = "3.4"
    preset: str = "recommended"
    workflow_decorators: tuple[str, ...] = ()
    step_decorators: tuple[str, ...] = ()
    transaction_decorators: tuple[str, ...] = ()
    extra_nondeterministic: tuple[str, ...] = ()
    known_deterministic: tuple[str, ...] = ()
    follow: tuple[str, ...] = ()
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    extend_ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    extend_exclude: tuple[str, ...] = ()
    respect_gitignore: bool = True
    require_reason: bool = False
    fix: bool = False
    unsafe_fixes: bool | None = None
    fixable: tuple[str, ...] | None = None
    unfixable: tuple[str, ...] = ()
    config: str | None = None
    version_source: str = ""

    @property
    def shows_guesses(self) -> bool:
        """Whether findings of medium confidence are wanted."""
        return self.preset != "recommended"
