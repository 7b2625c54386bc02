"""The rules' pages, read offline: from the installed package, or from the repository it is developed in."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_FOLDERS = (_PACKAGE / "docs" / "rules", _PACKAGE.parents[1] / "docs" / "rules")


def page(code: str) -> str | None:
    """The page of the rule ``code`` in Markdown, if it ships."""
    for folder in _FOLDERS:
        path = folder / f"{code}.md"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    return None
