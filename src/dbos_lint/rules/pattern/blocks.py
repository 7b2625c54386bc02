"""Blocks of options for the workflows that are started in them: ``with SetWorkflowID(...)`` and its like."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from dbos_lint.catalog import patterns
from dbos_lint.diagnostic import Level
from dbos_lint.fix import Enter, Fix, Replace
from dbos_lint.rules.declared.pattern import BLOCK_REUSED, BLOCK_WITHOUT_EFFECT, ONE_ID_MANY_WORKFLOWS
from dbos_lint.rules.mending import safe, unsafe
from dbos_lint.rules.visitor import Here, Visitor
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.branches import REPEATING, repeats, together
from dbos_lint.semantics.entrypoints import is_test
from dbos_lint.semantics.sites import DISCARDED, KEPT, Call, Read
from dbos_lint.semantics.starts import Starts
from dbos_lint.semantics.summary import Function
from dbos_lint.semantics.values import External, Instance
from dbos_lint.syntax.spans import Span, span_of
from dbos_lint.syntax.trees import targets_of, unparse

With = ast.With | ast.AsyncWith


class Block:
    """A ``with`` item that makes a block of options: ``name`` is its qualified name."""

    __slots__ = ("call", "name", "node")

    def __init__(self, name: str, node: ast.Call, call: Call) -> None:
        self.name = name
        self.node = node
        self.call = call

    @property
    def label(self) -> str:
        return self.name.rpartition(".")[2]


def blocks(here: Here, body: Body, node: With) -> Iterator[Block]:
    """The blocks of options that a ``with`` statement makes and enters."""
    for item in node.items:
        call = body.record(item.context_expr) if isinstance(item.context_expr, ast.Call) else None
        if call is not None and isinstance(item.context_expr, ast.Call):
            for name in here.names_called(call) & patterns.BLOCKS:
                yield Block(name, item.context_expr, call)


class Blocks(Visitor):
    """What blocks of options hold."""

    calls = patterns.ACTING_BLOCKS

    @cached_property
    def _starts(self) -> Starts:
        return Starts(self.here.analysis)

    @cached_property
    def _by_place(self) -> dict[int, dict[tuple[int, int], Read]]:
        return {}

    def visit_With(self, node: With, function: Function) -> None:
        body = self.here.body(function)
        self._reused(node, function, body)
        for block in blocks(self.here, body, node):
            if isinstance(node, ast.AsyncWith):
                # Alone, it can be entered as it is meant to be.
                alone = len(node.items) == 1
                start = Span(node.lineno, node.col_offset, node.lineno, node.col_offset + len("async "))
                self._async(block, safe("write 'with'", Replace(start, "")) if alone else None)
            else:
                inside = list(body.walk(*node.body))
                if block.name == patterns.SET_ID:
                    self._many(node, inside, block, body)
                if block.name in patterns.ACTING_BLOCKS:
                    self._without_effect(inside, block, body)

    # ------------------------------------------------------------------ one ID, several workflows

    def _many(self, node: With, inside: list[ast.AST], block: Block, body: Body) -> None:
        calls = [(each, body.record(each)) for each in inside if isinstance(each, ast.Call)]
        starts = [each for each, call in calls if call is not None and self._starts.starts(self.here.module, call)]
        if len(starts) < 2 and not (starts and any(isinstance(each, REPEATING) for each in inside)):
            return
        starts = [each for each in starts if self._id_of(each, body) is node]
        for index, start in enumerate(starts):
            later = next((each for each in starts[index + 1 :] if together(body, start, each)), None)
            rows = (
                f"lines {start.lineno} and {later.lineno}" if later is not None else f"in the loop, line {start.lineno}"
            )
            if later is not None and later.lineno == start.lineno:
                rows = f"line {start.lineno}"
            if later is not None or repeats(body, start, node):
                self.here.report(
                    ONE_ID_MANY_WORKFLOWS,
                    block.call.span,
                    f"more than one workflow is started in this block ({rows}): only the first one gets the ID, and "
                    "the others start again when this code does; open a block with an ID of its own for each",
                )
                return

    def _id_of(self, node: ast.AST, body: Body) -> With | None:
        """The block whose ID a start takes."""
        for outer in body.ancestors(node):
            if isinstance(outer, (ast.With, ast.AsyncWith)) and any(
                block.name == patterns.SET_ID for block in blocks(self.here, body, outer)
            ):
                return outer
        return None

    # ------------------------------------------------------------------ no workflow

    def _async(self, block: Block, fix: Fix | None) -> None:
        if block.name in patterns.ACTING_BLOCKS:
            self.here.report(
                BLOCK_WITHOUT_EFFECT,
                block.call.span,
                f"{block.label} is no asynchronous context manager: 'async with' raises TypeError; write 'with', in "
                "asynchronous code too",
                level=Level.ERROR,
                fix=fix,
            )

    def _without_effect(self, inside: list[ast.AST], block: Block, body: Body) -> None:
        if self._may_start(inside, body):
            return
        self.here.report(
            BLOCK_WITHOUT_EFFECT,
            block.call.span,
            f"no workflow is started in this block: {block.label} acts on workflows that are started in it, not on "
            "steps or on the code itself; put it around the call that starts the workflow, or remove it",
        )

    def _may_start(self, inside: list[ast.AST], body: Body) -> bool:
        """Whether anything in the block starts a workflow, or cannot be followed."""
        for each in inside:
            if isinstance(each, (ast.Yield, ast.YieldFrom)):
                return True
            if isinstance(each, ast.Await) and not isinstance(each.value, ast.Call):
                return True
            if isinstance(each, ast.Call):
                call = body.record(each)
                if call is None or not self._starts.is_inert(self.here.module, call):
                    return True
        return False

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        """A block that is made and never entered."""
        if not call.flags & (DISCARDED | KEPT):
            return
        if is_test(self.here.resolver, self.here.module, self.here.function(call)):
            # Tests make objects to see what their constructors refuse.
            return
        for name in self.here.names_called(call) & patterns.ACTING_BLOCKS:
            if call.flags & DISCARDED or self._is_forgotten(node, call):
                label = name.rpartition(".")[2]
                self.here.report(
                    BLOCK_WITHOUT_EFFECT,
                    call.span,
                    f"{label} is made but not entered, and so has no effect: write 'with {label}(...):' around the "
                    "call that starts the workflow",
                    fix=self._entered(node, call, label),
                )

    def _entered(self, node: ast.Call, call: Call, label: str) -> Fix | None:
        """Enter the block around the statement behind it, if that is the only one to start a workflow."""
        body = self.here.body(self.here.function(call))
        statement = body.parent(node)
        if not isinstance(statement, ast.Expr):
            return None
        behind = statements_behind(body, statement)
        if not behind or not self._starts_in(body, behind[0]) or any(self._acts_in(body, each) for each in behind[1:]):
            return None
        return unsafe(f"start the workflow in a block of {label}", Enter(span_of(statement), span_of(behind[0])))

    def _starts_in(self, body: Body, statement: ast.stmt) -> bool:
        # A block of another kind may have been entered around the start before.
        inner = statement.body[0] if isinstance(statement, ast.With) and len(statement.body) == 1 else statement
        if not isinstance(inner, (ast.Expr, ast.Assign, ast.AnnAssign, ast.Return)):
            return False
        calls = [(each, call) for each, call in body.calls(statement)]
        starts = [each for each, call in calls if self._starts.starts(self.here.module, call)]
        others = [call for each, call in calls if each not in starts]
        return len(starts) == 1 and all(self._starts.is_inert(self.here.module, call) for call in others)

    def _acts_in(self, body: Body, statement: ast.stmt) -> bool:
        """Whether a statement may start a workflow, for all that is known."""
        if any(isinstance(each, (ast.Yield, ast.YieldFrom)) for each in body.walk(statement)):
            return True
        return any(not self._starts.is_inert(self.here.module, call) for _, call in body.calls(statement))

    def _is_forgotten(self, node: ast.Call, call: Call) -> bool:
        """Whether the name to which the object is assigned is never read."""
        body = self.here.body(self.here.function(call))
        target = next(iter(targets_of(body.parent(node))), None)
        if not isinstance(target, ast.Name):
            return False
        name = target.id
        return not any(
            isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Load)
            for each in ast.walk(body.node)
        )

    # ------------------------------------------------------------------ entered twice

    def _reused(self, node: With, function: Function, body: Body) -> None:
        open_here: set[str] = set()
        for item in node.items:
            text = self._object(item.context_expr, function)
            if text and (text in open_here or self._is_open(text, node, body)):
                self.here.report(
                    BLOCK_REUSED,
                    item.context_expr,
                    f"'{text}' is entered while its own block is open: dbos raises DBOSException; make a new object, "
                    "or drop this block",
                )
            open_here.add(text)

    def _object(self, node: ast.expr, function: Function) -> str:
        """How the text names an object that makes a block of options; empty for other expressions."""
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return ""
        manager = self._managers(function).get((node.lineno, node.col_offset))
        if manager is None or not isinstance(manager.ref, str):
            return ""
        values = self.here.analysis.calls.resolve(self.here.module, manager.ref, manager)
        if not values or not all(_is_block(value) for value in values):
            return ""
        base, _, attribute = manager.ref.rpartition(".")
        owners = self.here.analysis.calls.resolve(self.here.module, base, manager) if base else ()
        made = [self.here.resolver.property_of(owner, attribute) for owner in owners]
        return "" if any(made) else manager.ref

    def _managers(self, function: Function) -> dict[tuple[int, int], Read]:
        """What the function enters, by where it stands."""
        if function.id not in self._by_place:
            self._by_place[function.id] = {(each.span.row, each.span.col): each for each in function.withs}
        return self._by_place[function.id]

    def _is_open(self, text: str, node: With, body: Body) -> bool:
        for outer in body.ancestors(node):
            if not isinstance(outer, (ast.With, ast.AsyncWith)):
                continue
            if any(unparse(item.context_expr) == text for item in outer.items):
                stored = (each for each in body.walk(*outer.body) if isinstance(each, (ast.Name, ast.Attribute)))
                return not any(isinstance(each.ctx, ast.Store) and unparse(each) == text for each in stored)
        return False


def statements_behind(body: Body, statement: ast.stmt) -> list[ast.stmt]:
    """The statements behind one in its block."""
    parent = body.parent(statement)
    lists = [getattr(parent, name, None) for name in ("body", "orelse", "finalbody")] if parent is not None else []
    for siblings in (*lists, body.statements):
        if isinstance(siblings, list) and statement in siblings:
            return list(siblings[siblings.index(statement) + 1 :])
    return []


def _is_block(value: object) -> bool:
    return isinstance(value, Instance) and isinstance(value.type, External) and value.type.name in patterns.BLOCKS
