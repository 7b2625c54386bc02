"""The rules' pages, read offline: from the installed package, or from the repository it is developed in."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).parent
_FOLDERS = (_PACKAGE / "docs" / "rules", _PACKAGE.parents[1] / "docs" / "rules")


def page(code: str) -> str | None:
    """The page of the rule ``code`` in Markdown, if it ships."""
    loader: Any = __spec__.loader  # it can read what stands in an archive, too
    for folder in _FOLDERS:
        with suppress(OSError):
            text: str = loader.get_data(str(folder / f"{code}.md")).decode("utf-8")
            return text.replace("\r\n", "\n")
    return None
