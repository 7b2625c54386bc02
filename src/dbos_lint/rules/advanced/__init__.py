"""Async code, patching and versions."""

from __future__ import annotations

from dbos_lint.rules.advanced.coroutines import Coroutines
from dbos_lint.rules.advanced.handles import Handles
from dbos_lint.rules.advanced.keys import Keys
from dbos_lint.rules.advanced.loop import EventLoop
from dbos_lint.rules.advanced.patches import Patches
from dbos_lint.rules.advanced.portable import Portable
from dbos_lint.rules.advanced.versions import Versions
from dbos_lint.rules.visitor import Visitor


class AdvancedVisitor(Visitor):
    """Async code, patching and versions."""

    parts = (EventLoop, Coroutines, Handles, Patches, Versions, Keys, Portable)
