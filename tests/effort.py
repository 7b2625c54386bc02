"""How hard the tests try that could try for ever: a little by default, more with ``DBOS_LINT_EFFORT=20``.

With ``DBOS_LINT_EFFORT=0`` they try once, or a part: what CI does on every interpreter but one.
"""

from __future__ import annotations

import os

EFFORT = max(0, int(os.environ.get("DBOS_LINT_EFFORT", "1")))


def examples(number: int) -> int:
    """How many examples to try where ``number`` is a little."""
    return number * EFFORT or max(1, number // 10)
