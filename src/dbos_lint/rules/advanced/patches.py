"""Patches: where they may be made, and how they choose between old and new code."""

from __future__ import annotations

import ast

from dbos_lint.catalog import api
from dbos_lint.rules.declared.advanced import PATCH_MISUSED, PATCH_OUTSIDE_WORKFLOW
from dbos_lint.rules.visitor import Here, Visitor
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.branches import together
from dbos_lint.semantics.contexts import OUTSIDE, Reached
from dbos_lint.semantics.effects import RAISES_OUTSIDE
from dbos_lint.semantics.refs import given
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.testcode import is_test_file
from dbos_lint.semantics.uses import Uses
from dbos_lint.semantics.values import Constant
from dbos_lint.syntax.trees import targets_of, unparse

# What makes a text, or a choice of texts, of a value.
_TEXT = (ast.Await, ast.JoinedStr, ast.FormattedValue, ast.IfExp, ast.keyword)

# With how many calls of the same name one is compared.
_EARLIER = 8


class Patches(Visitor):
    """Calls of ``DBOS.patch`` and ``DBOS.deprecate_patch``."""

    def __init__(self, here: Here) -> None:
        super().__init__(here)
        self._patches: dict[int, list[tuple[ast.Call, Call]]] = {}

    def visit_effect(self, reached: Reached) -> None:
        """A patch where no workflow runs."""
        outside = reached.context == OUTSIDE and reached.effect.kind == RAISES_OUTSIDE
        if not outside or reached.effect.name not in api.PATCHES:
            return
        if self.here.contexts.runs_durably(reached.function.id):
            return
        self.here.report_reached(
            PATCH_OUTSIDE_WORKFLOW,
            reached,
            f"{reached.effect.label} is called where no workflow runs",
            ": dbos raises DBOSException; ask in the workflow, code outside has no old runs to protect",
        )

    # ------------------------------------------------------------------ how they choose

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        names = self.here.names_called(call)
        if names and names <= api.ASKS_PATCH:
            self._patches.setdefault(self.here.function(call).id, []).append((node, call))

    def visit_module(self) -> None:
        """Not before all calls are known, and those of workflows only: elsewhere it raises anyway. In tests no runs of
        older code are left."""
        if self._patches and is_test_file(self.here.resolver, self.here.module):
            return
        for id, patches in self._patches.items():
            function = self.here.module.functions[id]
            contexts = self.here.contexts
            if function.name == "<lambda>" or contexts.runs_as(id, api.STEP) or contexts.runs_as(id, OUTSIDE):
                continue
            body = self.here.body(function)
            uses = Uses(body.node) if not isinstance(body.node, ast.Module) else None
            for node, call in patches:
                if self._is_ignored(body, uses, node):
                    self._report(
                        node,
                        f"result of {_text(node)} is not used: old runs go the new way too, and fail on recovery; "
                        "write 'if', with the old code under 'else'",
                    )
                if self._is_dynamic(function, node, call):
                    self._report(
                        node,
                        f"name of {_text(node)} is put together while the workflow runs: its marker can neither be "
                        "found nor removed later; use a constant, one for each change",
                    )
            self._used_twice(body, patches)

    def _is_ignored(self, body: Body, uses: Uses | None, node: ast.Call) -> bool:
        parent = body.parent(node)
        value: ast.expr = parent if isinstance(parent, ast.Await) else node
        if isinstance(body.parent(value), ast.Expr) or (uses is not None and uses.is_lost(value)):
            return True
        user = next((each for each in body.ancestors(value) if not isinstance(each, _TEXT)), None)
        record = body.record(user) if isinstance(user, ast.Call) else None
        names = self.here.names_called(record) if record is not None else ()
        return bool(names) and all(name == "print" or name.startswith("logging.") for name in names)

    def _is_dynamic(self, function: Function, node: ast.Call, call: Call) -> bool:
        """Whether the name is built from what the workflow is given, or works out."""
        entity = self.here.entity(function)
        if entity is None or entity.kind != api.WORKFLOW or not (node.args or node.keywords):
            return False
        name = node.args[0] if node.args else node.keywords[0].value
        ref = call.args[0] if call.args else call.keywords[0][1]
        values = self.here.resolve(ref, call)
        if values and all(isinstance(value, Constant) for value in values):
            return False
        return self._is_worked_out(function, name)

    def _is_worked_out(self, function: Function, name: ast.expr) -> bool:
        """A parameter, an element of one, or a text into which a variable of the function goes."""
        own = self.here.module.scopes[function.scope].bindings
        if isinstance(name, ast.Name):
            if len(own.get(name.id, ())) != 1:
                return False
            if any(param.name == name.id for param in function.params):
                return True
            source = self._source(function, name.id)
            return source is not None and self._is_worked_out(function, source)
        built = isinstance(name, (ast.JoinedStr, ast.BinOp)) or (
            isinstance(name, ast.Call) and isinstance(name.func, ast.Attribute) and name.func.attr == "format"
        )
        return built and any(isinstance(each, ast.Name) and each.id in own for each in ast.walk(name))

    def _source(self, function: Function, variable: str) -> ast.expr | None:
        """The expression that a variable is given, or whose elements it is given."""
        body = self.here.body(function)
        for mention in body.mentions.get(variable, ()):
            statement = body.parent(mention)
            if isinstance(statement, (ast.Assign, ast.AnnAssign)) and targets_of(statement) == [mention]:
                return statement.value
            if isinstance(statement, (ast.For, ast.AsyncFor)) and statement.target is mention:
                return statement.iter
        return None

    def _used_twice(self, body: Body, patches: list[tuple[ast.Call, Call]]) -> None:
        """One name for two changes, of which both may run."""
        seen: dict[object, list[ast.Call]] = {}
        for node, call in patches:
            values = self.here.resolve(given(call, 0 if call.args else "patch_name"), call)
            name = values[0].value if len(values) == 1 and isinstance(values[0], Constant) else None
            if name is None:
                continue
            if any(together(body, earlier, node) for earlier in seen.get(name, ())[-_EARLIER:]):
                self._report(
                    node,
                    f"patch '{name}' is used for a second change of the workflow: a run that began after the first "
                    "takes the marker of the one for that of the other; give each change a name of its own",
                )
            seen.setdefault(name, []).append(node)

    def _report(self, node: ast.Call, message: str) -> None:
        self.here.report(PATCH_MISUSED, node, message)


def _text(node: ast.Call) -> str:
    return f"{unparse(node.func)}()"
