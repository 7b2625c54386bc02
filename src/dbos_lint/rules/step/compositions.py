"""Steps and transactions inside of others, and what transactions do beside their database's work."""

from __future__ import annotations

import ast
from collections.abc import Collection

from dbos_lint.catalog import api
from dbos_lint.diagnostic import Confidence, Level, Rule
from dbos_lint.fix import Delete, Fix
from dbos_lint.rules.declared.step import COMMIT_IN_TRANSACTION, IO_IN_TRANSACTION, STEP_IN_STEP
from dbos_lint.rules.mending import rename_attribute, safe
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics import declarations
from dbos_lint.semantics.afterwards import following
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.contexts import Reached
from dbos_lint.semantics.effects import CALLS_STEP, ENDS_TRANSACTION, RETRIED
from dbos_lint.syntax.spans import span_of

# Kind of effect: what a transaction does then.
_ERRANDS = {
    **dict.fromkeys(("network", "cloud", "llm", "payment", "email", "messaging"), "goes over the network"),
    "filesystem": "uses the file system",
    "subprocess": "runs a program",
}
# Questions to the file system that read no file.
_GLANCES = frozenset({"exists", "lexists", "is_file", "is_dir", "isfile", "isdir", "getcwd", "cwd", "getsize", "stat"})
# What is lost in an inner step, by what it is; and how bad that is.
_LOST: dict[str, tuple[str, Level | None]] = {
    api.STEP: ("it is not recorded by itself", None),
    RETRIED: ("it is neither recorded by itself nor retried", Level.WARNING),
    api.TRANSACTION: ("its checkpoint is lost, so that it may commit twice", Level.WARNING),
}


class Compositions(Visitor):
    """What is inside steps and transactions and belongs elsewhere."""

    def visit_effect(self, reached: Reached) -> None:
        kind = reached.effect.kind
        if reached.context == api.STEP and kind == CALLS_STEP:
            self._step_in_step(reached)
        elif reached.context == api.TRANSACTION:
            if kind in _ERRANDS and reached.effect.name.rpartition(".")[2] not in _GLANCES:
                self._errand(reached)
            elif kind == ENDS_TRANSACTION and not self._gives_up(reached):
                self._ends(reached)

    def _step_in_step(self, reached: Reached) -> None:
        inner = RETRIED if self._is_retried(reached) else reached.effect.detail
        lost, level = _LOST[inner]
        self._report(
            STEP_IN_STEP,
            reached,
            f"{reached.effect.label} is called inside step",
            f"there it is a plain call, {lost}; call it in the workflow, or make it a plain function",
            level=level,
        )

    def _is_retried(self, reached: Reached) -> bool:
        """Whether ``run_step`` is told to retry, as far as this file tells."""
        here = self.here
        if reached.effect.name not in api.RUNS_STEP or reached.origin.module != here.module.path:
            return False
        for call in here.module.functions[reached.origin.id].calls:
            if call.span == reached.effect.span:
                declaration = declarations.by_call(here.analysis, here.module, call)
                options = declaration.options if declaration is not None else None
                return options is not None and options.constant("retries_allowed") is True
        return False

    def _errand(self, reached: Reached) -> None:
        self._report(
            IO_IN_TRANSACTION,
            reached,
            f"{reached.effect.label} {_ERRANDS[reached.effect.kind]} inside transaction",
            "it is done again whenever the database makes dbos repeat the transaction, and locks are held while it "
            "lasts; do it in a step of its own",
            confidence=Confidence.MEDIUM if reached.effect.guess else Confidence.HIGH,
        )

    def _ends(self, reached: Reached) -> None:
        begins = reached.effect.name.endswith(".begin")
        what = "begins a transaction within" if begins else "ends"
        advice = "use begin_nested() for a part" if begins else "delete it: returning commits, raising rolls back"
        self._report(
            COMMIT_IN_TRANSACTION,
            reached,
            f"{reached.effect.label} {what} transaction",
            f"dbos, which commits it together with its checkpoint, raises InvalidRequestError; {advice}",
            fix=self._without(reached) if reached.effect.name.endswith(".commit") else None,
        )

    def _without(self, reached: Reached) -> Fix | None:
        """Delete the statement that commits, or let it flush where what follows may look at what that gives.

        It must stand in the transaction itself: helpers may commit for others, too. What a handler commits before it
        raises would be rolled back.
        """
        here = self.here
        root = reached.chain[0]
        if reached.origin != root or root.module != here.module.path:
            return None
        function = here.module.functions[root.id]
        if function.name == "<lambda>":
            return None
        body = here.body(function)
        for node, call in body.calls():
            if call.span == reached.effect.span:
                above = body.parent(node)
                statement = body.parent(above) if isinstance(above, ast.Await) else above
                if not isinstance(statement, ast.Expr) or node.args or node.keywords:
                    return None
                if here.module.within(call.block, "except"):
                    return None
                if _ends(body, statement, {param.name for param in function.params}):
                    return safe("delete the commit, which dbos makes", Delete(span_of(statement)))
                return safe("flush, and leave the commit to dbos", rename_attribute(node.func, "flush"))
        return None

    def _gives_up(self, reached: Reached) -> bool:
        """Whether the transaction is rolled back and an exception raised right after, which is what dbos would do; or
        whether that cannot be seen, as it is in another file."""
        here = self.here
        if not reached.effect.name.endswith((".rollback", ".close")) or reached.effect.label.startswith("with "):
            return False
        if reached.origin.module != here.module.path:
            return True
        function = here.module.functions[reached.origin.id]
        body = here.body(function) if function.name != "<lambda>" else None
        nodes = [node for node, call in body.calls() if call.span == reached.effect.span] if body is not None else []
        return bool(body and nodes and isinstance(next(iter(following(body, nodes[0])), None), ast.Raise))

    def _report(
        self,
        rule: Rule,
        reached: Reached,
        what: str,
        advice: str,
        *,
        level: Level | None = None,
        confidence: Confidence = Confidence.HIGH,
        fix: Fix | None = None,
    ) -> None:
        what = f"{what} '{self.here.root(reached).rpartition('<locals>.')[2]}'"
        self.here.report_reached(rule, reached, what, f": {advice}", level=level, confidence=confidence, fix=fix)


def _ends(body: Body, statement: ast.stmt, params: Collection[str]) -> bool:
    """Whether nothing is done behind ``statement``, the last of the function but for what it returns."""
    if statement not in body.statements:
        return False
    behind = body.statements[body.statements.index(statement) + 1 :]
    if not behind:
        return True
    value = behind[0].value if isinstance(behind[0], ast.Return) else behind[0]
    return value is None or isinstance(value, ast.Constant) or (isinstance(value, ast.Name) and value.id in params)
