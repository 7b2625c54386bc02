"""The facts that are kept as JSON, beside the modules that speak of them."""

from __future__ import annotations

import json
import os
from typing import Any


def stored(name: str) -> Any:
    """What the file ``name`` of this package holds."""
    # Not by importlib.resources, which loads thirty modules to find a file that stands here.
    with open(os.path.join(os.path.dirname(__file__), name), "rb") as file:
        return json.load(file)
