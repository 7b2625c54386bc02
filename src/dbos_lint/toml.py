"""TOML, as far as somebody wrote it to be read."""

from __future__ import annotations

import re
import sys
from typing import Any

# Keys of keys of keys: with each part of a key, the parser takes more time and memory for all of them.
_LONG_KEY = r"""(?x) (?<![\w-]) (?: (?: [\w-]+ | "[^"\n]*" | '[^'\n]*' ) [ \t]* \. [ \t]* ){100}"""


def loads(source: bytes) -> dict[str, Any]:
    """The table that ``source`` holds. Raises ValueError, also for what nests too deeply."""
    import importlib

    toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    text = source.decode("utf-8-sig")
    if text.count(".") >= 100 and re.search(_LONG_KEY, text):
        raise ValueError("a key has more than 100 parts")
    try:
        found: dict[str, Any] = toml.loads(text)
    except RecursionError:
        raise ValueError("it nests too deeply") from None
    return found
