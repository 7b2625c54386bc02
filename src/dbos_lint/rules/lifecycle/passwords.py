"""Passwords in the text of the program."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from dbos_lint.catalog import api
from dbos_lint.catalog.urls import HOLE, credentials, is_secret
from dbos_lint.rules.declared.lifecycle import HARDCODED_DATABASE_PASSWORD
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.literals import strings
from dbos_lint.semantics.refs import is_call
from dbos_lint.semantics.scoping import Place, assigned, place_of
from dbos_lint.semantics.sites import Call, Ref
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.testcode import is_in_test, is_test_file
from dbos_lint.semantics.values import External
from dbos_lint.syntax.spans import Span

_KEYS = ("system_database_url", "database_url", "application_database_url", "system_database_engine", "engine")
_ENVIRONMENT = frozenset({"os.environ.get", "os.getenv"})
# What is made of a URL and connects to it.
_MADE_OF_URL = frozenset(
    {
        "sqlalchemy.create_engine",
        "sqlalchemy.engine.create_engine",
        "sqlalchemy.ext.asyncio.create_async_engine",
        "sqlalchemy.make_url",
        "sqlalchemy.engine.make_url",
        "sqlalchemy.engine.url.make_url",
    }
)
# Names that lead to names.
_DEPTH = 6


class Passwords(Visitor):
    """Database URLs with a password that everybody can read."""

    @cached_property
    def _is_test(self) -> bool:
        return is_test_file(self.here.resolver, self.here.module)

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        if self.here.names_called(call).isdisjoint(api.TAKES_URL):
            return
        if self._is_test or is_in_test(self.here.resolver, self.here.module, self.here.function(call)):
            return
        place = place_of(call)
        arguments = [(node.args[0], call.args[0])] if node.args else []
        arguments += [
            (keyword.value, ref)
            for keyword, (name, ref) in zip(node.keywords, call.keywords, strict=True)
            if name in _KEYS
        ]
        for argument, ref in arguments:
            if self._gives_away(self.here.module, ref, place):
                self._report(argument)

    def visit_module(self) -> None:
        dicts = self.here.typed_dicts
        for entry in () if self._is_test else dicts.entries(api.CONFIG):
            function = self.here.module.functions[self.here.module.scopes[entry.place.scope].function]
            home = self.here.resolver.module(entry.module)
            if entry.key not in _KEYS or not self._gives_away(home, entry.ref, entry.place):
                continue
            if home is self.here.module and is_in_test(self.here.resolver, home, function):
                continue
            self._report(dicts.spans(entry)[1])

    def _gives_away(self, module: Module, ref: Ref, place: Place) -> bool:
        for text, is_default in self._texts(module, ref, place):
            found = credentials(text)
            if found is not None and is_secret(found, is_default):
                return True
        return False

    def _texts(
        self, module: Module, ref: Ref, place: Place, is_default: bool = False, depth: int = 0
    ) -> Iterator[tuple[str, bool]]:
        """The texts that ``ref`` may be, and whether each is what stands in for something of the environment."""
        found = strings(self.here.resolver, module, ref, place) if depth < _DEPTH else ()
        if found is not None:
            yield from ((text, is_default) for text in found)
        elif isinstance(ref, str):
            for value, at in assigned(module, ref, place):
                yield from self._texts(module, value, at, is_default, depth + 1)
        elif isinstance(ref, tuple) and ref[0] == "or":
            for choice in ref[1:]:
                yield from self._texts(module, choice, place, True, depth + 1)
        elif isinstance(ref, tuple) and ref[0] == "join":
            parts = [strings(self.here.resolver, module, part, place) or (HOLE,) for part in ref[1:]]
            yield "".join(part[0] for part in parts), is_default
        elif is_call(ref):
            names = self._names(module, ref[1], place)
            if names & _ENVIRONMENT:
                for default in (*ref[2][1:2], *(value for name, value in ref[3] if name == "default")):
                    yield from self._texts(module, default, place, True, depth + 1)
            elif names & _MADE_OF_URL:
                for url in ref[2][:1]:
                    yield from self._texts(module, url, place, is_default, depth + 1)

    def _names(self, module: Module, func: Ref, place: Place) -> set[str]:
        values = self.here.resolver.resolve(module, func, place)
        return {value.name for value in values if isinstance(value, External)}

    def _report(self, where: ast.expr | Span) -> None:
        self.here.report(
            HARDCODED_DATABASE_PASSWORD,
            where,
            "the password of a database stands in the text of the program, for everybody who can read it: take the URL "
            "from the environment, and change the password",
        )
