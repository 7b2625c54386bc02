"""Configurations: what is missing in them, what nobody reads, what dbos refuses."""

from __future__ import annotations

import ast

from dbos_lint.catalog import api
from dbos_lint.catalog.config import Version, is_of_file, refusal
from dbos_lint.catalog.history import closest, history, version
from dbos_lint.fix import Arguments, Fix
from dbos_lint.rules.declared.lifecycle import (
    INVALID_CONFIG_VALUE,
    MISSING_APPLICATION_NAME,
    MISSING_APPLICATION_VERSION,
    UNKNOWN_CONFIG_KEY,
)
from dbos_lint.rules.mending import rename_key, reworded, safe, value_of
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.dicts import Literal
from dbos_lint.semantics.literals import literals
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.testcode import is_test_file
from dbos_lint.semantics.typed_dicts import Entry, Use
from dbos_lint.syntax.spans import span_of

# Either of them says which version the workflows are of.
_VERSION_KEYS = frozenset({"application_version", "enable_patching"})


class Configurations(Visitor):
    """What ``DBOS(config=...)`` is given, and what is annotated as a ``DBOSConfig``."""

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        if call.args and self.here.names_called(call) == {api.DBOS}:
            self.here.report(
                INVALID_CONFIG_VALUE,
                call.span,
                "DBOS takes its configuration as a keyword, and this call raises TypeError: write DBOS(config=...)",
                fix=self._by_name(node),
            )

    def _by_name(self, node: ast.Call) -> Fix | None:
        if len(node.args) != 1 or isinstance(node.args[0], ast.Starred) or node.keywords:
            return None
        return safe("give the configuration by name", Arguments(span_of(node), keywords=((0, "config"),)))

    def visit_module(self) -> None:
        dicts = self.here.typed_dicts
        for use in dicts.uses(api.CONFIG):
            for literal in use.literals:
                self._missing(use, literal)
        for entry in dicts.entries(api.CONFIG):
            self._unknown(entry)
            self._refused(entry)

    def _missing(self, use: Use, literal: Literal) -> None:
        written = {key for key, _ in literal.items}
        versioned = MISSING_APPLICATION_VERSION.code not in self.here.enabled or not written.isdisjoint(_VERSION_KEYS)
        if "name" in written and versioned:
            return
        keys = self.here.typed_dicts.keys(use, literal)
        if keys is None:
            return
        span = literal.span if literal.module == self.here.module.path else use.call.span
        if "name" not in keys:
            self.here.report(
                MISSING_APPLICATION_NAME,
                span,
                'this configuration has no "name", so that DBOS(config=...) raises DBOSInitializationError: give the '
                "application a name",
            )
        if keys.isdisjoint(_VERSION_KEYS) and not is_test_file(self.here.resolver, self.here.module):
            self.here.report(
                MISSING_APPLICATION_VERSION,
                span,
                'this configuration has no "application_version", so that any change of a workflow\'s text makes a '
                "version that recovers no run of the one before: give the version of your release",
            )

    def _unknown(self, entry: Entry) -> None:
        keys, target = history().keys("DBOSConfig"), version(self.here.settings.dbos_version)
        if entry.key not in keys and not is_of_file(entry.key, target):
            meant = closest(entry.key, keys.values(), target)
            self.here.report(
                UNKNOWN_CONFIG_KEY,
                self.here.typed_dicts.spans(entry)[0],
                f'dbos has no configuration key "{entry.key}" and ignores it without a word: '
                + (f'did you mean "{meant.last}"?' if meant is not None else "drop it"),
                fix=rename_key(self.here, entry, "DBOSConfig"),
            )

    def _refused(self, entry: Entry) -> None:
        found = literals(self.here.resolver, self.here.resolver.module(entry.module), entry.ref, entry.place)
        target = version(self.here.settings.dbos_version)
        for value in found or ():
            wanted = refusal(entry.key, value, target)
            if wanted is not None:
                self.here.report(
                    INVALID_CONFIG_VALUE,
                    self.here.typed_dicts.spans(entry)[1],
                    f"dbos refuses {value!r} as {entry.key} and does not start: {wanted}",
                    fix=self._in_capitals(entry, value, target),
                )
                return

    def _in_capitals(self, entry: Entry, value: object, target: Version) -> Fix | None:
        """A level that is one in capitals."""
        if not isinstance(value, str) or refusal(entry.key, value.upper(), target) is not None:
            return None
        return safe(f"write '{value.upper()}'", reworded(value_of(self.here, entry), value.upper()))
