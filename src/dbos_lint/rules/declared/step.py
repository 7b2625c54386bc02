"""Steps and transactions: what they may do, and how they are declared."""

from __future__ import annotations

from dbos_lint.diagnostic import Level, Rule, Scope
from dbos_lint.fix import Applicability

START_WORKFLOW_IN_STEP = Rule(
    "DBS301",
    "start-workflow-in-step",
    Level.ERROR,
    Scope.PROJECT,
    "workflow is started in a step or transaction",
    "python/tutorials/step-tutorial",
)

RECV_IN_STEP = Rule(
    "DBS302",
    "recv-in-step",
    Level.ERROR,
    Scope.PROJECT,
    "`DBOS.recv` is called in a step or transaction",
    "python/tutorials/step-tutorial",
)

WORKFLOW_ONLY_CALL_IN_STEP = Rule(
    "DBS303",
    "workflow-only-call-in-step",
    Level.ERROR,
    Scope.PROJECT,
    "workflow-only call is made in a step or transaction",
    "python/tutorials/step-tutorial",
)

GLOBAL_WRITE_IN_STEP = Rule(
    "DBS304",
    "global-write-in-step",
    Level.WARNING,
    Scope.PROJECT,
    "step changes state outside the step",
    "python/tutorials/step-tutorial",
)

STEP_IN_STEP = Rule(
    "DBS305",
    "step-in-step",
    Level.ADVICE,
    Scope.PROJECT,
    "step or transaction is called from a step",
    "python/tutorials/step-tutorial",
)

RETRY_OPTIONS_IGNORED = Rule(
    "DBS306",
    "retry-options-ignored",
    Level.ERROR,
    Scope.EXPR,
    "retry options are set without `retries_allowed=True`",
    "python/tutorials/step-tutorial",
    fix=Applicability.UNSAFE,
)

ASYNC_ONLY_STEP_OPTION = Rule(
    "DBS307",
    "async-only-step-option",
    Level.ERROR,
    Scope.FUNCTION,
    "step option for async steps is set on a sync step",
    "python/tutorials/step-tutorial",
    since="2.22",
)

INVALID_STEP_OPTION = Rule(
    "DBS308",
    "invalid-step-option",
    Level.ERROR,
    Scope.EXPR,
    "dbos refuses or ignores an option of a step",
    "python/tutorials/step-tutorial",
    fix=Applicability.UNSAFE,
)

HANDWRITTEN_RETRY = Rule(
    "DBS309",
    "handwritten-retry",
    Level.ADVICE,
    Scope.FUNCTION,
    "step retries by itself what dbos would retry",
    "python/tutorials/step-tutorial",
)

STEP_AND_WORKFLOW = Rule(
    "DBS310",
    "step-and-workflow",
    Level.ERROR,
    Scope.FUNCTION,
    "function is decorated as two kinds of durable function",
    "python/reference/decorators",
)

GENERATOR_STEP = Rule(
    "DBS311",
    "generator-step",
    Level.ERROR,
    Scope.FUNCTION,
    "generator function is decorated as a step or transaction",
    "python/tutorials/step-tutorial",
)

UNSERIALIZABLE_STEP_RESULT = Rule(
    "DBS312",
    "unserializable-step-result",
    Level.ERROR,
    Scope.FUNCTION,
    "result of a step cannot be stored",
    "python/tutorials/step-tutorial",
    since="2.0",
)

STEP_MUTATES_ARGUMENT = Rule(
    "DBS313",
    "step-mutates-argument",
    Level.WARNING,
    Scope.FUNCTION,
    "step changes an object that the workflow goes on to use",
    "python/tutorials/step-tutorial",
)

IO_IN_TRANSACTION = Rule(
    "DBS314",
    "io-in-transaction",
    Level.WARNING,
    Scope.PROJECT,
    "transaction uses the network, files or subprocesses",
    "python/tutorials/transaction-tutorial",
)

SESSION_OUTSIDE_TRANSACTION = Rule(
    "DBS315",
    "session-outside-transaction",
    Level.ERROR,
    Scope.PROJECT,
    "datasource session is used outside its transaction",
    "python/tutorials/transaction-tutorial",
    since="2.22",
)

DATASOURCE_FUNCTION_KIND = Rule(
    "DBS316",
    "datasource-function-kind",
    Level.ERROR,
    Scope.FUNCTION,
    "function's kind (sync or async) does not fit the datasource",
    "python/tutorials/transaction-tutorial",
    since="2.22",
)

COMMIT_IN_TRANSACTION = Rule(
    "DBS317",
    "commit-in-transaction",
    Level.ERROR,
    Scope.FUNCTION,
    "transaction is ended before dbos ends it",
    "python/tutorials/transaction-tutorial",
    since="2.22",
    fix=Applicability.SAFE,
)

RETRIED_STEP_EXCEPTION_NEVER_MATCHES = Rule(
    "DBS318",
    "retried-step-exception-never-matches",
    Level.ERROR,
    Scope.PROJECT,
    "handler around a retried step never matches the exception it names",
    "python/tutorials/step-tutorial",
)

UNPICKLABLE_EXCEPTION = Rule(
    "DBS319",
    "unpicklable-exception",
    Level.WARNING,
    Scope.PROJECT,
    "exception raised by a step or workflow is rebuilt wrongly from its record",
    "python/tutorials/step-tutorial",
    since="2.0",
)

RUN_STEP_MISUSE = Rule(
    "DBS320",
    "run-step-misuse",
    Level.ERROR,
    Scope.EXPR,
    "`run_step` is called with the wrong arguments",
    "python/tutorials/step-tutorial",
    since="2.9",
    fix=Applicability.UNSAFE,
)

RULES: tuple[Rule, ...] = (
    START_WORKFLOW_IN_STEP,
    RECV_IN_STEP,
    WORKFLOW_ONLY_CALL_IN_STEP,
    GLOBAL_WRITE_IN_STEP,
    STEP_IN_STEP,
    RETRY_OPTIONS_IGNORED,
    ASYNC_ONLY_STEP_OPTION,
    INVALID_STEP_OPTION,
    HANDWRITTEN_RETRY,
    STEP_AND_WORKFLOW,
    GENERATOR_STEP,
    UNSERIALIZABLE_STEP_RESULT,
    STEP_MUTATES_ARGUMENT,
    IO_IN_TRANSACTION,
    SESSION_OUTSIDE_TRANSACTION,
    DATASOURCE_FUNCTION_KIND,
    COMMIT_IN_TRANSACTION,
    RETRIED_STEP_EXCEPTION_NEVER_MATCHES,
    UNPICKLABLE_EXCEPTION,
    RUN_STEP_MISUSE,
)
