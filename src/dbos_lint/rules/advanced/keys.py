"""Keys of the dicts that dbos takes which the target version does not have."""

from __future__ import annotations

from dbos_lint.catalog import api
from dbos_lint.catalog.history import Status
from dbos_lint.rules.advanced.verdicts import Verdicts
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.typed_dicts import Entry
from dbos_lint.semantics.values import Constant

# Without a value they are as good as not given.
_EMPTY = ((Constant(None),), (Constant(""),))
_URLS = frozenset({"database_url", "application_database_url"})


class Keys(Visitor):
    """Configurations, options and other dicts of a declared type."""

    def visit_module(self) -> None:
        verdicts = Verdicts(self.here)
        for type in sorted(api.TYPED_DICTS):
            keys = verdicts.history.keys(type.removeprefix("dbos."))
            for entry in self.here.typed_dicts.entries(type):
                symbol = keys.get(entry.key)
                if (
                    symbol is not None
                    and symbol.status(verdicts.target) is not Status.PRESENT
                    and not self._is_empty(entry)
                ):
                    name = f"'{entry.key}' of {type.removeprefix('dbos.')}"
                    verdicts.judge(symbol, self.here.typed_dicts.spans(entry)[0], name)

    def _is_empty(self, entry: Entry) -> bool:
        return entry.key in _URLS and self.here.typed_dicts.values(entry) in _EMPTY
