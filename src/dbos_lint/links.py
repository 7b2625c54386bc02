"""Where the pages of the rules stand: below the one address that pyproject.toml gives, too."""

from __future__ import annotations

# Not read from the package's metadata: finding that takes as long as everything else a run for one file does.
DOCUMENTATION = "https://dbos-lint.readthedocs.io/en/stable"


def page_url(code: str) -> str:
    """The page of the rule ``code``."""
    return f"{DOCUMENTATION}/rules/{code}/"
