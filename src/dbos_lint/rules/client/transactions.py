"""Clients and transactions of one's own."""

from __future__ import annotations

import ast

from dbos_lint.catalog import api
from dbos_lint.rules.declared.client import ENQUEUE_AFTER_OWN_COMMIT, INVALID_TRANSACTIONAL_ENQUEUE
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.dicts import dicts
from dbos_lint.semantics.enqueues import BY_CLIENT
from dbos_lint.semantics.literals import strings
from dbos_lint.semantics.scoping import place_of
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.transactions import Transactions

_IN_TRANSACTION = f"{api.CLIENT}.enqueue_in_transaction"
_ATTACHES = "return-existing"


class InTransactions(Visitor):
    """What is enqueued in a transaction, and what right after one."""

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        names = self.here.names_called(call)
        if _IN_TRANSACTION in names:
            self._attaches(call)
            self._waits(node, call)
        elif not names.isdisjoint(BY_CLIENT) and ENQUEUE_AFTER_OWN_COMMIT.code in self.here.enabled:
            self._after_commit(node, call)

    def _attaches(self, call: Call) -> None:
        keywords = dict(call.keywords)
        ref = keywords.get("options", call.args[1] if len(call.args) > 1 else None)
        place = place_of(call)
        for literal in dicts(self.here.resolver, self.here.module, ref, place):
            home = self.here.resolver.module(literal.module)
            policies = [value for key, value in literal.items if key == "duplication_policy"]
            if policies and strings(self.here.resolver, home, policies[-1], literal.place) == (_ATTACHES,):
                self.here.report(
                    INVALID_TRANSACTIONAL_ENQUEUE,
                    call.span,
                    f'a transaction cannot attach to another workflow, so that duplication_policy="{_ATTACHES}" raises '
                    "DBOSException: call enqueue after the commit",
                )

    def _waits(self, node: ast.Call, call: Call) -> None:
        transactions = self._transactions(call)
        connection = node.args[0] if node.args else None
        if transactions is None or connection is None:
            return
        end = transactions.ends_after(node, connection)
        for result in transactions.results_of(node):
            if end is not None and (result.lineno, result.col_offset) < end:
                self.here.report(
                    INVALID_TRANSACTIONAL_ENQUEUE,
                    result,
                    "this waits for a workflow that nobody can see before the transaction around it has ended, and "
                    "does not return: wait after the commit",
                )

    def _after_commit(self, node: ast.Call, call: Call) -> None:
        transactions = self._transactions(call)
        if transactions is not None and transactions.stands_behind(node):
            self.here.report(
                ENQUEUE_AFTER_OWN_COMMIT,
                call.span,
                "a process that dies between the commit above and this call leaves rows without their workflow: "
                "enqueue in the same transaction, with enqueue_in_transaction",
            )

    def _transactions(self, call: Call) -> Transactions | None:
        function = self.here.function(call)
        if function.name == "<lambda>":
            return None
        return Transactions(self.here.analysis, self.here.module, self.here.body(function))
