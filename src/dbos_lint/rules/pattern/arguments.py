"""What blocks of options are given: the literals that dbos refuses."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dbos_lint.catalog import patterns
from dbos_lint.diagnostic import Level
from dbos_lint.fix import Fix, Wrap
from dbos_lint.rules.declared.pattern import INVALID_CONTEXT_ARGUMENT
from dbos_lint.rules.mending import number_of, safe, spelled_right
from dbos_lint.rules.visitor import Here, Visitor
from dbos_lint.semantics import origins
from dbos_lint.semantics.literals import literals
from dbos_lint.semantics.scoping import binding_scope, place_of
from dbos_lint.semantics.sites import Call, Ref
from dbos_lint.semantics.values import Container, Entity, External, FunctionValue, Instance, Value
from dbos_lint.syntax.spans import span_of

_POLICIES = ("return-existing", "reject", None)
# Types of values, made by the standard library, that JSON does not know.
_NOT_JSON = frozenset(
    "bytes complex datetime.date datetime.datetime datetime.time datetime.timedelta decimal.Decimal fractions.Fraction "
    "frozenset object pathlib.Path pathlib.PurePath set uuid.UUID".split()
)
_UUIDS = frozenset(f"uuid.uuid{version}" for version in (1, 3, 4, 5, 6, 7, 8)) | {"uuid.UUID"}
_RANDOM = frozenset({"uuid.uuid1", "uuid.uuid4", "uuid.uuid6", "uuid.uuid7"})
# Calls whose result is not told by their name.
_MAKES = frozenset(f"datetime.datetime.{name}" for name in "now utcnow today fromtimestamp fromisoformat".split())


class Arguments(Visitor):
    """The arguments of ``SetWorkflowID`` and its like."""

    calls = patterns.BLOCKS

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        names = self.here.names_called(call)
        if len(names) != 1 or names.isdisjoint(patterns.BLOCKS):
            return
        (name,) = names
        if name == patterns.SET_ID:
            self._id(node, call)
        elif name == patterns.SET_TIMEOUT:
            self._timeout(node, call)
        elif name == patterns.SET_ATTRIBUTES:
            self._attributes(node, call)
        elif name == patterns.SET_SHARD_KEY:
            given, _ = self._given(node, call, "shard_key")
            if given is not None and self._literal(call, given[1]) == "":
                self._report(given[0], "a shard key must not be empty: dbos raises ValueError")

    def _id(self, node: ast.Call, call: Call) -> None:
        given, named = self._given(node, call, "wfid")
        # Until 2.27 an empty ID was none.
        if given is not None and self.here.targets_at_least(2, 27):
            value = self._literal(call, given[1])
            if value is None or (isinstance(value, str) and not value.strip()):
                said = "None" if value is None else "empty" if not value else "blank"
                self._report(given[0], f"the workflow ID is {said}: dbos raises DBOSException; give an ID, or no block")
            elif not isinstance(value, str) and value is not ...:
                fix = self._text_of(given[0], call) if type(value) is int else None
                self._report(given[0], f"the workflow ID is {value!r}, which is no string: dbos raises; use str()", fix)
            elif is_uuid(self.here, given[1], call):
                # A random one should be none at all (DBS607).
                is_random = bool(made_by(self.here, given[1], call) & _RANDOM)
                fix = None if is_random else self._text_of(given[0], call)
                self._report(given[0], "the workflow ID is a UUID object, and no string: dbos raises; use str()", fix)
        policy = named.get("workflow_id_reuse_policy")
        if policy is not None:
            value = self._literal(call, policy[1])
            if value is not ... and value not in _POLICIES:
                self._report(
                    policy[0],
                    f"there is no workflow_id_reuse_policy {value!r}: dbos raises DBOSException; use 'return-existing' "
                    "or 'reject'",
                    spelled_right(policy[0], _POLICIES),
                )

    def _text_of(self, node: ast.expr, call: Call) -> Fix | None:
        if binding_scope(self.here.module, call.scope, "str") is not None:
            return None
        return safe("give the ID as text", Wrap(span_of(node), "str(", ")"))

    def _timeout(self, node: ast.Call, call: Call) -> None:
        given, _ = self._given(node, call, "workflow_timeout_sec")
        value = self._literal(call, given[1]) if given is not None else ...
        if given is None or isinstance(value, bool):
            return
        if made_by(self.here, given[1], call) == {"datetime.timedelta"}:
            fix = safe("give the seconds", Wrap(span_of(given[0]), "", ".total_seconds()"))
            self._report(given[0], "the time-out is a timedelta: dbos raises TypeError; give its total_seconds()", fix)
            return
        if isinstance(value, str) and value:
            self._report(
                given[0],
                "the time-out is a string: dbos raises TypeError; give a number of seconds",
                number_of(given[0]),
            )
        elif isinstance(value, (int, float)) and value < 0:
            self._report(given[0], "the time-out is negative: dbos raises; give a positive number of seconds")
        elif isinstance(value, (int, float)) and value == 0:
            self._report(
                given[0],
                "a time-out of 0 means none, so that the workflow may run for ever: give a positive number of seconds, "
                "or None to say so",
                level=Level.WARNING,
            )

    # ------------------------------------------------------------------ attributes

    def _attributes(self, node: ast.Call, call: Call) -> None:
        given, _ = self._given(node, call, "attributes")
        if given is None:
            return
        written, ref = given
        value = self._literal(call, ref)
        values = self.here.resolve(ref, call)
        if (value is not ... and value is not None) or (values and all(_is_no_dict(each) for each in values)):
            self._report(written, "workflow attributes must be a dict: dbos raises DBOSException")
        elif isinstance(written, ast.Dict) and isinstance(ref, tuple) and ref[0] == "dict" and len(ref) > 1:
            for item, (_, inner) in zip(written.values, ref[2], strict=True):
                kind = self._no_json(inner, call)
                if kind:
                    self._report(
                        item,
                        f"workflow attributes are stored as JSON, which knows no {kind}: dbos raises DBOSException; "
                        "give its text",
                    )

    def _no_json(self, ref: Ref, call: Call) -> str:
        """What a value is, if JSON does not know it; empty if it does, or if that is unknown."""
        made = made_by(self.here, ref, call)
        if made and made <= _MAKES:
            return "datetime"
        kinds = {_kind(value) for value in self.here.resolve(ref, call)}
        return next(iter(kinds)) if len(kinds) == 1 else ""

    # ------------------------------------------------------------------ access

    def _given(
        self, node: ast.Call, call: Call, name: str
    ) -> tuple[tuple[ast.expr, Ref] | None, dict[str, tuple[ast.expr, Ref]]]:
        """The argument at the first place or under ``name``, and those by keyword, each as written and as denoted."""
        named = dict(self._keywords(node, call))
        if node.args and not isinstance(node.args[0], ast.Starred):
            return (node.args[0], call.args[0]), named
        return named.get(name), named

    @staticmethod
    def _keywords(node: ast.Call, call: Call) -> Iterator[tuple[str, tuple[ast.expr, Ref]]]:
        for keyword, (name, ref) in zip(node.keywords, call.keywords, strict=True):
            if name is not None:
                yield name, (keyword.value, ref)

    def _literal(self, call: Call, ref: Ref) -> object:
        """The literal that ``ref`` is; ``...`` when it is none, or may be several."""
        found = literals(self.here.resolver, self.here.module, ref, place_of(call))
        return found[0] if found is not None and len(found) == 1 else ...

    def _report(self, node: ast.expr, message: str, fix: Fix | None = None, level: Level | None = None) -> None:
        self.here.report(INVALID_CONTEXT_ARGUMENT, node, message, level=level, fix=fix)


def made_by(here: Here, ref: Ref, call: Call) -> frozenset[str]:
    """What was called to make an argument of ``call``."""
    return origins.made_by(here.resolver, here.module, ref, place_of(call))


def is_uuid(here: Here, ref: Ref, call: Call) -> bool:
    """Whether ``ref`` is a UUID object, and not its text."""
    made = made_by(here, ref, call)
    return bool(made) and made <= _UUIDS


def _is_no_dict(value: Value) -> bool:
    return isinstance(value, Container) and value.kind in ("list", "tuple", "set", "generator", "str")


def _kind(value: Value) -> str:
    if isinstance(value, Container):
        return "set" if value.kind == "set" else "generator" if value.kind == "generator" else ""
    if isinstance(value, Instance) and isinstance(value.type, External) and value.type.name in _NOT_JSON:
        return value.type.name.rpartition(".")[2]
    return "function" if isinstance(value, (FunctionValue, Entity)) else ""
