"""The facts that are kept as JSON, beside the modules that speak of them."""

from __future__ import annotations

import json
import os
from typing import Any


def stored(name: str) -> Any:
    """What the file ``name`` of this package holds."""
    # Who loaded this can read what stands beside it, in an archive, too. Not by importlib.resources, which loads thirty
    # modules to do the same.
    loader: Any = __spec__.loader
    return json.loads(loader.get_data(os.path.join(os.path.dirname(__file__), name)))
