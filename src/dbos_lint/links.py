"""Where the pages of the rules stand: below the one address that the package's metadata gives."""

from __future__ import annotations

from functools import lru_cache

DISTRIBUTION = "dbos-lint"
_LABEL = "Documentation"


def page_url(code: str) -> str | None:
    """The page of the rule ``code``; ``None`` where the package is run without its metadata."""
    base = documentation_url()
    return f"{base}/rules/{code}/" if base else None


@lru_cache(maxsize=1)
def documentation_url() -> str | None:
    """The project's documentation, as its ``[project.urls]`` says."""
    from importlib.metadata import PackageNotFoundError, metadata

    try:
        urls = metadata(DISTRIBUTION).get_all("Project-URL") or []
    except PackageNotFoundError:
        return None
    labelled = (url.split(", ", 1) for url in urls)
    return next((url.rstrip("/") for label, url in labelled if label == _LABEL), None)
