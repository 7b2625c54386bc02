"""Async code, patching and versions."""

from __future__ import annotations

from dbos_lint.catalog import api
from dbos_lint.rules.advanced.coroutines import Coroutines
from dbos_lint.rules.advanced.handles import Handles
from dbos_lint.rules.advanced.portable import Portable
from dbos_lint.rules.advanced.versions import Versions
from dbos_lint.rules.late import late
from dbos_lint.rules.visitor import Visitor, happening
from dbos_lint.semantics.contexts import LOOP, OUTSIDE
from dbos_lint.semantics.effects import BLOCKS_LOOP, RAISES_IN_LOOP, RAISES_OUTSIDE, WAITS_IN_LOOP


class AdvancedVisitor(Visitor):
    """Async code, patching and versions."""

    parts = (
        late("advanced.loop", "EventLoop", effects=happening((RAISES_IN_LOOP, BLOCKS_LOOP, WAITS_IN_LOOP), LOOP)),
        Coroutines,
        Handles,
        late("advanced.patches", "Patches", calls=api.ASKS_PATCH, effects=happening((RAISES_OUTSIDE,), OUTSIDE)),
        Versions,
        late("advanced.keys", "Keys", concerns=lambda here: here.typed_dicts.has(*api.TYPED_DICTS)),
        Portable,
    )
