"""What messages and requests are addressed to."""

from __future__ import annotations

import ast

from dbos_lint.catalog import api, messages
from dbos_lint.rules.declared.comm import MESSAGE_TO_STEP_ID
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.declarations import given
from dbos_lint.semantics.refs import is_call
from dbos_lint.semantics.sites import Call, Ref
from dbos_lint.semantics.values import Entity, External, FunctionValue, Instance, Value
from dbos_lint.syntax.trees import unparse

_STEP_ID = f"{api.DBOS}.step_id"
_HANDLE, _STATUS, _METHOD, _STEP = "a handle", "a status", "the uncalled method get_workflow_id", "DBOS.step_id"
_ADVICE = {
    _HANDLE: "give handle.workflow_id",
    _STATUS: "give status.workflow_id",
    _METHOD: "call it, or give handle.workflow_id",
    _STEP: "DBOS.workflow_id is the ID of the workflow",
}


class Addresses(Visitor):
    """Things that are no workflow ID where dbos wants one."""

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        names = self.here.names_called(call)
        if not names or not names <= messages.TAKES_ID.keys():
            return
        parameters = tuple({messages.TAKES_ID[name] for name in names})
        ref = given(call, 0, parameters)
        text = _text_of(ref)
        is_text = text is not None and self.here.resolve(ref[1], call) == (External("str"),)
        values = self.here.resolve(text if is_text else ref, call) if ref is not None else ()
        kinds = {self._kind(value) for value in values}
        if len(kinds) != 1 or "" in kinds:
            return
        what = kinds.pop()
        advice = _ADVICE.get(what, "keep the handle that starts it, and give its workflow_id")
        self.here.report(
            MESSAGE_TO_STEP_ID,
            node,
            f"{unparse(node.func)}() is given {'the text of ' * is_text}{what} where the ID of a workflow belongs: "
            f"{'no workflow has that ID' if is_text else 'the database refuses it'}; {advice}",
        )

    def _kind(self, value: Value) -> str:
        """What ``value`` is that is no workflow ID; empty if it may be one."""
        if isinstance(value, Instance) and isinstance(value.type, External):
            if value.type.name in messages.HAVE_ID:
                return _STATUS if value.type.name == messages.STATUS else _HANDLE
        elif isinstance(value, External):
            if value.name == _STEP_ID:
                return _STEP
            if value.base in messages.HAVE_ID and value.name.endswith(".get_workflow_id"):
                return _METHOD
        elif isinstance(value, (Entity, FunctionValue)):
            function = value.function if isinstance(value, Entity) else value
            return f"function '{self.here.resolver.function(function).name}'"
        return ""


def _text_of(ref: Ref) -> Ref:
    """What ``ref`` makes a text of, if it is ``str(x)``."""
    return ref[2][0] if is_call(ref) and len(ref[2]) == 1 and not ref[3] else None
