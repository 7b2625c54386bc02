"""Workflow IDs: what they are made from."""

from __future__ import annotations

import ast
from functools import cached_property

from dbos_lint.catalog import api, patterns
from dbos_lint.catalog.nondeterminism import Arguments
from dbos_lint.rules.declared.pattern import CONSTANT_WORKFLOW_ID, RANDOM_WORKFLOW_ID
from dbos_lint.rules.pattern.arguments import is_uuid
from dbos_lint.rules.pattern.blocks import Block, With, blocks
from dbos_lint.rules.pattern.requests import request_names
from dbos_lint.rules.visitor import Here, Visitor
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.derived import Loop, changing, derived, names_in
from dbos_lint.semantics.entrypoints import is_test
from dbos_lint.semantics.literals import strings
from dbos_lint.semantics.refs import given
from dbos_lint.semantics.scoping import place_of
from dbos_lint.semantics.sites import MODULE, Call, Ref
from dbos_lint.semantics.starts import Starts
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import External, FunctionValue, Value
from dbos_lint.syntax.trees import targets_of

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_RANDOM = frozenset({"random", "secret", "identity"})
# It tells one host from another, and is the same each time.
_HOST = "uuid.getnode"
_POLICY = "workflow_id_reuse_policy"


class WorkflowIds(Visitor):
    """The IDs that blocks give to workflows."""

    @cached_property
    def _made(self) -> dict[ast.AST, frozenset[str]]:
        """Names of what is made from others, by function or loop: each block asks anew."""
        return {}

    @cached_property
    def _starts(self) -> Starts:
        return Starts(self.here.analysis)

    def visit_With(self, node: With, function: Function) -> None:
        body = self.here.body(function)
        for block in blocks(self.here, body, node):
            if block.name != patterns.SET_ID or self._is_tested(function):
                continue
            argument = _argument(block.node)
            if argument is None:
                continue
            if self._is_constant(block):
                self._constant(node, function, body, block)
            elif not any(item.context_expr is block.node and item.optional_vars for item in node.items):
                self._random(function, body, block, argument)

    def _is_tested(self, function: Function) -> bool:
        """Whether the function, or one around it, is a test."""
        each = function
        while each.id != MODULE:
            if each.name.startswith("test") or is_test(self.here.resolver, self.here.module, each):
                return True
            each = self.here.module.functions[each.parent]
        return False

    # ------------------------------------------------------------------ constant

    def _is_constant(self, block: Block) -> bool:
        values = strings(self.here.resolver, self.here.module, _id(block.call), place_of(block.call))
        return values is not None and len(values) == 1 and bool(values[0].strip())

    def _constant(self, node: With, function: Function, body: Body, block: Block) -> None:
        if any(name in (_POLICY, None) for name, _ in block.call.keywords):
            return
        used: set[str] = set()
        for start, call in body.calls(*node.body):
            if self._starts.starts(self.here.module, call):
                used |= names_in(*given_to_workflow(self.here, start, call))
        for loop in body.ancestors(node):
            if isinstance(loop, _LOOPS) and not used.isdisjoint(self._changing(body, loop)):
                self._report_constant(block, "each time the loop comes round", "all but the first get")
                return
        if not used.isdisjoint(self._given(body, function)) and not self._is_main(function):
            self._report_constant(block, f"each time '{function.name}' is called", "every call but the first gets")

    def _given(self, body: Body, function: Function) -> frozenset[str]:
        """The names of what the function is given, and of what is made from it."""
        if body.node not in self._made:
            given = {param.name for param in function.params} - {function.receiver}
            self._made[body.node] = derived(body, given | request_names(self.here, function, body))
        return self._made[body.node]

    def _changing(self, body: Body, loop: Loop) -> frozenset[str]:
        """The names of what is another each time ``loop`` comes round, and of what is made from it."""
        if loop not in self._made:
            self._made[loop] = derived(body, changing(body, loop))
        return self._made[loop]

    def _report_constant(self, block: Block, when: str, who: str) -> None:
        self.here.report(
            CONSTANT_WORKFLOW_ID,
            block.call.span,
            f"a workflow is started under the same ID {when}, with other arguments: {who} the result of the first, and "
            "nothing is run; put what the work is about into the ID",
        )

    def _is_main(self, function: Function) -> bool:
        """Whether the function is run once, by the main guard of its module or as what others call ``main``."""
        return function.name == "main" or function.id in self._mains

    @cached_property
    def _mains(self) -> frozenset[int]:
        module = self.here.module
        guarded = (call for call in module.functions[MODULE].calls if module.within(call.block, "main"))
        return frozenset(
            callee.id for call in guarded for callee in self.here.callees(call).runs if callee.module == module.path
        )

    # ------------------------------------------------------------------ random

    def _random(self, function: Function, body: Body, block: Block, argument: ast.expr) -> None:
        if any(self.here.contexts.runs_as(function.id, kind) for kind in (api.WORKFLOW, api.STEP, api.TRANSACTION)):
            return
        if is_uuid(self.here, _id(block.call), block.call) and self.here.targets_at_least(2, 27):
            # DBS611 says that this is no string.
            return
        if self._is_random(body, argument):
            self.here.report(
                RANDOM_WORKFLOW_ID,
                block.call.span,
                "the workflow is given a random ID, which it would get anyway: a repeated request starts it again; "
                "make the ID from what is to be done once, or drop the block",
            )

    def _is_random(self, body: Body, node: ast.expr | None) -> bool:
        """Whether ``node`` is a random value and nothing else."""
        if isinstance(node, ast.Name):
            return self._is_random(body, _assigned(body, node))
        if isinstance(node, ast.JoinedStr):
            return len(node.values) == 1 and self._is_random(body, node.values[0])
        if isinstance(node, (ast.FormattedValue, ast.Attribute, ast.Subscript)):
            return self._is_random(body, node.value)
        if isinstance(node, ast.Call) and _is_join(node):
            parts = node.args[0]
            return self._is_random(body, parts.elt if isinstance(parts, (ast.GeneratorExp, ast.ListComp)) else parts)
        call = body.record(node) if isinstance(node, ast.Call) else None
        if call is None or not isinstance(node, ast.Call):
            return False
        if self.here.names_called(call) == {"str"} and len(node.args) == 1:
            return self._is_random(body, node.args[0])
        values = self.here.callees(call).values
        return bool(values) and all(self._gives_random(value, call) for value in values)

    def _gives_random(self, value: Value, call: Call) -> bool:
        """Whether calling ``value`` gives a random value."""
        if isinstance(value, External):
            arguments = Arguments(len(call.args), ..., frozenset(name for name, _ in call.keywords))
            source = self.here.analysis.observer.nondeterminism.of_call(value.name, value.base, arguments)
            return source is not None and source.kind in _RANDOM and value.name != _HOST
        if not isinstance(value, FunctionValue) or call.args or call.keywords:
            return False
        module, function = self.here.resolver.module(value.module), self.here.resolver.function(value)
        return bool(function.results) and all(self._is_random_result(module, function, ref) for ref in function.results)

    def _is_random_result(self, module: Module, function: Function, ref: Ref) -> bool:
        """Whether what a helper returns is a random value and nothing else."""
        if isinstance(ref, tuple) and ref[0] in ("attr", "item"):
            return self._is_random_result(module, function, ref[1])
        if not isinstance(ref, tuple) or ref[0] != "call":
            return False
        if ref[1] == "str" and len(ref[2]) == 1:
            return self._is_random_result(module, function, ref[2][0])
        made = next((call for call in function.calls if (call.func, call.args) == (ref[1], ref[2])), None)
        if made is None:
            return False
        values = self.here.analysis.calls.callees(module, made).values
        return bool(values) and all(isinstance(each, External) and self._gives_random(each, made) for each in values)


def given_to_workflow(here: Here, node: ast.Call, call: Call) -> list[ast.expr]:
    """The arguments that a start hands on to its workflow."""
    places = [api.FUNCTION_ARGUMENT[name] for name in here.names_called(call) & api.FUNCTION_ARGUMENT.keys()]
    return [*node.args[max(places, default=-1) + 1 :], *(keyword.value for keyword in node.keywords)]


def _argument(node: ast.Call) -> ast.expr | None:
    if node.args:
        return None if isinstance(node.args[0], ast.Starred) else node.args[0]
    return next((keyword.value for keyword in node.keywords if keyword.arg == "wfid"), None)


def _id(call: Call) -> Ref:
    return call.args[0] if call.args else given(call, "wfid")


def _is_join(node: ast.Call) -> bool:
    """Whether the call is ``"".join(parts)``."""
    func = node.func
    return (
        isinstance(func, ast.Attribute)
        and func.attr == "join"
        and isinstance(func.value, ast.Constant)
        and len(node.args) == 1
    )


def _assigned(body: Body, node: ast.Name) -> ast.expr | None:
    """What the name ``node`` is assigned, if that is all that is ever done with it."""
    uses = [each for each in ast.walk(body.node) if isinstance(each, ast.Name) and each.id == node.id]
    if len(uses) != 2:
        return None
    stored = next((each for each in uses if each is not node), None)
    assigned = body.parent(stored) if stored is not None else None
    if not isinstance(assigned, (ast.Assign, ast.AnnAssign)) or len(targets_of(assigned)) != 1:
        return None
    return assigned.value
