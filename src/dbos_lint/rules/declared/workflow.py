"""Workflow code: what makes a recovered run differ from the recorded one."""

from __future__ import annotations

from dbos_lint.diagnostic import Level, Rule, Scope
from dbos_lint.fix import Applicability

CLOCK_IN_WORKFLOW = Rule(
    "DBS201",
    "clock-in-workflow",
    Level.ERROR,
    Scope.PROJECT,
    "clock is read in workflow code",
    "python/tutorials/workflow-tutorial#determinism",
    fix=Applicability.UNSAFE,
)

RANDOM_IN_WORKFLOW = Rule(
    "DBS202",
    "random-in-workflow",
    Level.ERROR,
    Scope.PROJECT,
    "random number is drawn in workflow code",
    "python/tutorials/workflow-tutorial#determinism",
    fix=Applicability.UNSAFE,
)

UUID_IN_WORKFLOW = Rule(
    "DBS203",
    "uuid-in-workflow",
    Level.ERROR,
    Scope.PROJECT,
    "random identifier is made in workflow code",
    "python/tutorials/workflow-tutorial#determinism",
    fix=Applicability.UNSAFE,
)

ENVIRONMENT_IN_WORKFLOW = Rule(
    "DBS204",
    "environment-in-workflow",
    Level.WARNING,
    Scope.PROJECT,
    "environment or host is read in workflow code",
    "python/tutorials/workflow-tutorial#determinism",
)

FILESYSTEM_IN_WORKFLOW = Rule(
    "DBS205",
    "filesystem-in-workflow",
    Level.ERROR,
    Scope.PROJECT,
    "file system is touched in workflow code",
    "python/tutorials/workflow-tutorial#determinism",
)

NETWORK_IN_WORKFLOW = Rule(
    "DBS206",
    "network-in-workflow",
    Level.ERROR,
    Scope.PROJECT,
    "network is used in workflow code",
    "python/tutorials/workflow-tutorial#determinism",
)

DATABASE_IN_WORKFLOW = Rule(
    "DBS207",
    "database-in-workflow",
    Level.ERROR,
    Scope.PROJECT,
    "database is used in workflow code outside a step",
    "python/tutorials/transaction-tutorial",
)

SUBPROCESS_IN_WORKFLOW = Rule(
    "DBS208",
    "subprocess-in-workflow",
    Level.ERROR,
    Scope.PROJECT,
    "process is started in workflow code",
    "python/tutorials/workflow-tutorial#determinism",
)

CONSOLE_INPUT_IN_WORKFLOW = Rule(
    "DBS209",
    "console-input-in-workflow",
    Level.ERROR,
    Scope.PROJECT,
    "console input is read in workflow code",
    "python/tutorials/workflow-tutorial#determinism",
)

UNORDERED_ITERATION_IN_WORKFLOW = Rule(
    "DBS210",
    "unordered-iteration-in-workflow",
    Level.ERROR,
    Scope.PROJECT,
    "durable calls come in the order of a set",
    "python/tutorials/workflow-tutorial#determinism",
    fix=Applicability.UNSAFE,
)

OBJECT_IDENTITY_IN_WORKFLOW = Rule(
    "DBS211",
    "object-identity-in-workflow",
    Level.WARNING,
    Scope.PROJECT,
    "address, hash or default text of an object matters in workflow code",
    "python/tutorials/workflow-tutorial#determinism",
)

NONDETERMINISM_ONLY_LOGGED = Rule(
    "DBS212",
    "nondeterminism-only-logged",
    Level.ADVICE,
    Scope.PROJECT,
    "clock, random value or environment in workflow code only reaches a log",
    "python/tutorials/workflow-tutorial#determinism",
)

NON_DURABLE_SLEEP = Rule(
    "DBS213",
    "non-durable-sleep",
    Level.ERROR,
    Scope.PROJECT,
    "workflow code sleeps without DBOS",
    "python/tutorials/workflow-tutorial#determinism",
    fix=Applicability.UNSAFE,
)

GLOBAL_WRITE_IN_WORKFLOW = Rule(
    "DBS214",
    "global-write-in-workflow",
    Level.ERROR,
    Scope.PROJECT,
    "workflow code changes state outside the workflow",
    "python/tutorials/workflow-tutorial#determinism",
)

MUTABLE_GLOBAL_READ_IN_WORKFLOW = Rule(
    "DBS215",
    "mutable-global-read-in-workflow",
    Level.WARNING,
    Scope.MODULE,
    "workflow code depends on a variable that other code changes",
    "python/tutorials/workflow-tutorial#determinism",
)

INSTANCE_STATE_IN_WORKFLOW = Rule(
    "DBS216",
    "instance-state-in-workflow",
    Level.WARNING,
    Scope.MODULE,
    "workflow method changes its own instance",
    "python/tutorials/classes",
)

THREAD_STARTS_WORKFLOW = Rule(
    "DBS217",
    "thread-starts-workflow",
    Level.WARNING,
    Scope.PROJECT,
    "thread or executor starts a workflow",
    "python/tutorials/workflow-tutorial#determinism",
)

THREAD_IN_WORKFLOW = Rule(
    "DBS218",
    "thread-in-workflow",
    Level.ERROR,
    Scope.PROJECT,
    "workflow code makes durable calls in a thread or executor",
    "python/tutorials/workflow-tutorial#determinism",
)

INTERLEAVED_COROUTINES = Rule(
    "DBS219",
    "interleaved-coroutines",
    Level.ERROR,
    Scope.PROJECT,
    "coroutines side by side make several durable calls each",
    "python/tutorials/workflow-tutorial#coroutine-async-workflows",
)

FIRST_COMPLETED_WAIT = Rule(
    "DBS220",
    "first-completed-wait",
    Level.ERROR,
    Scope.PROJECT,
    "a race of durable calls is not recorded",
    "python/tutorials/workflow-tutorial#coroutine-async-workflows",
    fix=Applicability.UNSAFE,
)

TIMEOUT_AROUND_DURABLE_CALL = Rule(
    "DBS221",
    "timeout-around-durable-call",
    Level.ERROR,
    Scope.PROJECT,
    "a timeout around durable calls is not recorded",
    "python/tutorials/workflow-tutorial#coroutine-async-workflows",
)

SWALLOWED_CANCELLATION = Rule(
    "DBS222",
    "swallowed-cancellation",
    Level.WARNING,
    Scope.PROJECT,
    "a handler around durable calls catches the workflow's cancellation",
    "python/tutorials/workflow-management#cancelling-workflows",
    since="0.26",
)

GENERATOR_WORKFLOW = Rule(
    "DBS223",
    "generator-workflow",
    Level.ERROR,
    Scope.FUNCTION,
    "generator function is decorated as a workflow",
    "python/tutorials/workflow-tutorial#determinism",
)

UNSERIALIZABLE_WORKFLOW_DATA = Rule(
    "DBS224",
    "unserializable-workflow-data",
    Level.ERROR,
    Scope.FUNCTION,
    "argument, result, event or message of a workflow cannot be stored",
    "python/tutorials/workflow-tutorial",
    since="2.0",
)

DYNAMIC_WORKFLOW = Rule(
    "DBS225",
    "dynamic-workflow",
    Level.WARNING,
    Scope.FUNCTION,
    "workflow is registered in code that can run more than once",
    "python/tutorials/workflow-tutorial",
)

DUPLICATE_WORKFLOW_NAME = Rule(
    "DBS226",
    "duplicate-workflow-name",
    Level.ERROR,
    Scope.MODULE,
    "two workflows of one module are registered under the same name",
    "python/tutorials/workflow-tutorial#determinism",
)

WORKFLOW_NAME_COLLISION = Rule(
    "DBS227",
    "workflow-name-collision",
    Level.ERROR,
    Scope.PROJECT,
    "two modules of the project register the same workflow name",
    "python/tutorials/workflow-tutorial",
)

POLLING_LOOP = Rule(
    "DBS228",
    "polling-loop",
    Level.ADVICE,
    Scope.PROJECT,
    "a loop sleeps and asks a step where a message would wait",
    "python/tutorials/workflow-communication",
)

NOT_A_WORKFLOW = Rule(
    "DBS229",
    "not-a-workflow",
    Level.ERROR,
    Scope.PROJECT,
    "something other than a workflow is started or enqueued",
    "python/tutorials/workflow-tutorial#determinism",
)

WORKFLOW_ARGUMENT_MISMATCH = Rule(
    "DBS230",
    "workflow-argument-mismatch",
    Level.ERROR,
    Scope.PROJECT,
    "arguments of a started workflow or step do not fit its parameters",
    "python/tutorials/workflow-tutorial",
)

INPUT_IN_LOOP_CURSOR = Rule(
    "DBS231",
    "input-in-loop-cursor",
    Level.ADVICE,
    Scope.PROJECT,
    "an endless loop of durable calls makes a workflow's history grow",
    "python/tutorials/scheduled-workflows",
)

GATHER_HIDES_CANCELLATION = Rule(
    "DBS232",
    "gather-hides-cancellation",
    Level.ADVICE,
    Scope.PROJECT,
    "gather gives the workflow's cancellation back as a result",
    "python/tutorials/workflow-tutorial#coroutine-async-workflows",
)

UNAWAITED_TASK = Rule(
    "DBS233",
    "unawaited-task",
    Level.ERROR,
    Scope.PROJECT,
    "nothing awaits a task that makes durable calls",
    "python/tutorials/workflow-tutorial#coroutine-async-workflows",
)

MEMOIZED_DURABLE_CALL = Rule(
    "DBS234",
    "memoized-durable-call",
    Level.ERROR,
    Scope.PROJECT,
    "cache skips a durable call",
    "python/tutorials/workflow-tutorial#determinism",
)

DURABLE_CALL_IN_FINALLY = Rule(
    "DBS236",
    "durable-call-in-finally",
    Level.ADVICE,
    Scope.PROJECT,
    "a durable call in finally is not made after a cancellation",
    "python/tutorials/workflow-management#cancelling-workflows",
)

REPLAY_ERROR_SWALLOWED = Rule(
    "DBS237",
    "replay-error-swallowed",
    Level.ADVICE,
    Scope.PROJECT,
    "except Exception hides that a replay does not fit",
    "python/tutorials/workflow-tutorial#determinism",
    since="0.26",
)

ITERATING_DONE_SET = Rule(
    "DBS238",
    "iterating-done-set",
    Level.ERROR,
    Scope.PROJECT,
    "durable calls come in the order of a set of tasks",
    "python/tutorials/workflow-tutorial#coroutine-async-workflows",
    fix=Applicability.UNSAFE,
)

CLOCK_COMPUTED_SLEEP = Rule(
    "DBS235",
    "clock-computed-sleep",
    Level.ERROR,
    Scope.PROJECT,
    "workflow code waits for a moment that its clock tells",
    "python/tutorials/workflow-tutorial#determinism",
    fix=Applicability.UNSAFE,
)

UNRECORDED_READ_IN_WORKFLOW = Rule(
    "DBS239",
    "unrecorded-read-in-workflow",
    Level.WARNING,
    Scope.PROJECT,
    "workflow code depends on what dbos says without recording it",
    "python/tutorials/queue-tutorial",
)

RULES: tuple[Rule, ...] = (
    CLOCK_IN_WORKFLOW,
    RANDOM_IN_WORKFLOW,
    UUID_IN_WORKFLOW,
    ENVIRONMENT_IN_WORKFLOW,
    FILESYSTEM_IN_WORKFLOW,
    NETWORK_IN_WORKFLOW,
    DATABASE_IN_WORKFLOW,
    SUBPROCESS_IN_WORKFLOW,
    CONSOLE_INPUT_IN_WORKFLOW,
    UNORDERED_ITERATION_IN_WORKFLOW,
    OBJECT_IDENTITY_IN_WORKFLOW,
    NONDETERMINISM_ONLY_LOGGED,
    NON_DURABLE_SLEEP,
    GLOBAL_WRITE_IN_WORKFLOW,
    MUTABLE_GLOBAL_READ_IN_WORKFLOW,
    INSTANCE_STATE_IN_WORKFLOW,
    THREAD_STARTS_WORKFLOW,
    THREAD_IN_WORKFLOW,
    INTERLEAVED_COROUTINES,
    FIRST_COMPLETED_WAIT,
    TIMEOUT_AROUND_DURABLE_CALL,
    SWALLOWED_CANCELLATION,
    GENERATOR_WORKFLOW,
    UNSERIALIZABLE_WORKFLOW_DATA,
    DYNAMIC_WORKFLOW,
    DUPLICATE_WORKFLOW_NAME,
    WORKFLOW_NAME_COLLISION,
    POLLING_LOOP,
    NOT_A_WORKFLOW,
    WORKFLOW_ARGUMENT_MISMATCH,
    INPUT_IN_LOOP_CURSOR,
    GATHER_HIDES_CANCELLATION,
    UNAWAITED_TASK,
    MEMOIZED_DURABLE_CALL,
    DURABLE_CALL_IN_FINALLY,
    REPLAY_ERROR_SWALLOWED,
    ITERATING_DONE_SET,
    CLOCK_COMPUTED_SLEEP,
    UNRECORDED_READ_IN_WORKFLOW,
)
