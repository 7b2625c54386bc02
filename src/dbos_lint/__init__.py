"""dbos-lint: finds what breaks durable DBOS workflows before it ships.

The library's way in is :func:`dbos_lint.linter.lint_source` for one file and
:func:`dbos_lint.runner.run` for many. Nothing of the linted program is imported or run.
"""

__version__ = "0.1.0"
