"""Classes, workflow IDs, context blocks and schedules."""

from __future__ import annotations

from dbos_lint.diagnostic import Level, Rule, Scope
from dbos_lint.fix import Applicability

_CLASSES = "python/tutorials/classes"
_IDS = "python/tutorials/workflow-tutorial#workflow-ids-and-idempotency"
_CONTEXTS = "python/reference/contexts"
_SCHEDULES = "python/tutorials/scheduled-workflows"

CLASS_NOT_REGISTERED = Rule(
    "DBS601",
    "class-not-registered",
    Level.ERROR,
    Scope.PROJECT,
    "a class with workflow methods is not registered",
    _CLASSES,
    fix=Applicability.SAFE,
)
INSTANCE_NOT_CONFIGURED = Rule(
    "DBS602",
    "instance-not-configured",
    Level.ERROR,
    Scope.PROJECT,
    "an instance with workflow methods has no registered name",
    _CLASSES,
    fix=Applicability.UNSAFE,
)
DUPLICATE_CONFIG_NAME = Rule(
    "DBS603",
    "duplicate-config-name",
    Level.ERROR,
    Scope.MODULE,
    "two instances of a class have the same name",
    _CLASSES,
)
REGISTERED_SUBCLASS = Rule(
    "DBS604",
    "registered-subclass-of-registered-class",
    Level.ERROR,
    Scope.PROJECT,
    "a subclass of a registered class is registered itself",
    _CLASSES,
    fix=Applicability.SAFE,
)
METHOD_DECORATOR_ORDER = Rule(
    "DBS605",
    "method-decorator-order",
    Level.ERROR,
    Scope.FUNCTION,
    "a decorator of dbos stands above @staticmethod or @classmethod",
    _CLASSES,
    fix=Applicability.SAFE,
)
CONSTANT_WORKFLOW_ID = Rule(
    "DBS606",
    "constant-workflow-id",
    Level.WARNING,
    Scope.FUNCTION,
    "different work is started under one constant workflow ID",
    _IDS,
)
RANDOM_WORKFLOW_ID = Rule(
    "DBS607",
    "random-workflow-id",
    Level.WARNING,
    Scope.FUNCTION,
    "a workflow is given a random ID, as it would get anyway",
    _IDS,
)
ONE_ID_MANY_WORKFLOWS = Rule(
    "DBS608",
    "one-id-many-workflows",
    Level.ERROR,
    Scope.FUNCTION,
    "several workflows are started in one SetWorkflowID block",
    _IDS,
)
BLOCK_WITHOUT_EFFECT = Rule(
    "DBS609",
    "context-block-without-effect",
    Level.WARNING,
    Scope.FUNCTION,
    "a block of workflow options has no workflow to act on",
    _CONTEXTS,
    fix=Applicability.SAFE,
)
BLOCK_REUSED = Rule(
    "DBS610",
    "context-block-reused",
    Level.ERROR,
    Scope.FUNCTION,
    "a block of workflow options is entered inside itself",
    _CONTEXTS,
    since="3.4",
)
INVALID_CONTEXT_ARGUMENT = Rule(
    "DBS611",
    "invalid-context-argument",
    Level.ERROR,
    Scope.EXPR,
    "a block of workflow options is given what it refuses",
    _CONTEXTS,
    fix=Applicability.SAFE,
)
SCHEDULED_SIGNATURE = Rule(
    "DBS612",
    "scheduled-signature",
    Level.ERROR,
    Scope.PROJECT,
    "a scheduled workflow does not take what a schedule gives it",
    _SCHEDULES,
)
INVALID_CRON = Rule(
    "DBS613",
    "invalid-cron",
    Level.ERROR,
    Scope.EXPR,
    "dbos refuses the cron expression or time zone of a schedule",
    _SCHEDULES,
)
SCHEDULED_INSTANCE_METHOD = Rule(
    "DBS614",
    "scheduled-instance-method",
    Level.ERROR,
    Scope.PROJECT,
    "the workflow of a schedule is a method of instances",
    _SCHEDULES,
)
SCHEDULE_CALL_IN_WORKFLOW = Rule(
    "DBS615",
    "schedule-call-in-workflow",
    Level.ERROR,
    Scope.PROJECT,
    "schedules are applied, triggered or backfilled in a workflow",
    _SCHEDULES,
    since="2.13",
)
CREATE_SCHEDULE_AT_STARTUP = Rule(
    "DBS616",
    "create-schedule-at-startup",
    Level.WARNING,
    Scope.FUNCTION,
    "a program creates the same schedule each time it starts",
    _SCHEDULES,
    since="2.13",
    fix=Applicability.UNSAFE,
)
DEBOUNCER_ON_METHOD = Rule(
    "DBS617",
    "debouncer-on-method",
    Level.ERROR,
    Scope.PROJECT,
    "a debouncer is made for something other than a workflow function",
    "python/tutorials/workflow-tutorial#debouncing-workflows",
    since="1.14",
)
HANDLER_WITHOUT_WORKFLOW_ID = Rule(
    "DBS618",
    "handler-without-workflow-id",
    Level.ADVICE,
    Scope.FUNCTION,
    "a request starts a workflow without an ID made from what it is about",
    _IDS,
)
INVALID_SCHEDULE_ENTRY = Rule(
    "DBS619",
    "invalid-schedule-entry",
    Level.ERROR,
    Scope.EXPR,
    "a schedule lacks a key, or has one that dbos does not know",
    _SCHEDULES,
    since="2.13",
    fix=Applicability.SAFE,
)

RULES: tuple[Rule, ...] = (
    CLASS_NOT_REGISTERED,
    INSTANCE_NOT_CONFIGURED,
    DUPLICATE_CONFIG_NAME,
    REGISTERED_SUBCLASS,
    METHOD_DECORATOR_ORDER,
    CONSTANT_WORKFLOW_ID,
    RANDOM_WORKFLOW_ID,
    ONE_ID_MANY_WORKFLOWS,
    BLOCK_WITHOUT_EFFECT,
    BLOCK_REUSED,
    INVALID_CONTEXT_ARGUMENT,
    SCHEDULED_SIGNATURE,
    INVALID_CRON,
    SCHEDULED_INSTANCE_METHOD,
    SCHEDULE_CALL_IN_WORKFLOW,
    CREATE_SCHEDULE_AT_STARTUP,
    DEBOUNCER_ON_METHOD,
    HANDLER_WITHOUT_WORKFLOW_ID,
    INVALID_SCHEDULE_ENTRY,
)
