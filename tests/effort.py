"""How hard the tests try that could try for ever: a little by default, more with ``DBOS_LINT_EFFORT=20``."""

from __future__ import annotations

import os

EFFORT = max(1, int(os.environ.get("DBOS_LINT_EFFORT", "1")))
