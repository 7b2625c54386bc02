"""Messages, events and streams."""

from __future__ import annotations

from dbos_lint.diagnostic import Level, Rule, Scope

WORKFLOW_CALL_OUTSIDE_WORKFLOW = Rule(
    "DBS501",
    "workflow-call-outside-workflow",
    Level.ERROR,
    Scope.PROJECT,
    "workflow-only call is made outside workflows",
    "python/tutorials/workflow-communication",
)

TOPIC_NEVER_RECEIVED = Rule(
    "DBS502",
    "topic-never-received",
    Level.WARNING,
    Scope.PROJECT,
    "message is sent on a topic that nobody receives, or the other way round",
    "python/tutorials/workflow-communication",
)

EVENT_NEVER_SET = Rule(
    "DBS503",
    "event-never-set",
    Level.WARNING,
    Scope.PROJECT,
    "event or stream is read under a key that nobody writes",
    "python/tutorials/workflow-communication",
)

STREAM_READ_WITHOUT_TIMEOUT = Rule(
    "DBS504",
    "stream-read-without-timeout",
    Level.ADVICE,
    Scope.EXPR,
    "stream is read without a timeout",
    "python/tutorials/workflow-communication",
    since="2.31",
)

RECV_TIMEOUT_UNCHECKED = Rule(
    "DBS505",
    "recv-timeout-unchecked",
    Level.WARNING,
    Scope.FUNCTION,
    "result that is `None` after a timeout is used unchecked",
    "python/tutorials/workflow-communication",
)

SEND_IN_LOOP = Rule(
    "DBS506",
    "send-in-loop",
    Level.ADVICE,
    Scope.FUNCTION,
    "messages are sent one by one in a loop",
    "python/tutorials/workflow-communication",
    since="2.23",
)

MESSAGE_TO_STEP_ID = Rule(
    "DBS507",
    "message-to-step-id",
    Level.ERROR,
    Scope.FUNCTION,
    "something that is no workflow ID is given as one",
    "python/tutorials/workflow-communication",
)

RULES: tuple[Rule, ...] = (
    WORKFLOW_CALL_OUTSIDE_WORKFLOW,
    TOPIC_NEVER_RECEIVED,
    EVENT_NEVER_SET,
    STREAM_READ_WITHOUT_TIMEOUT,
    RECV_TIMEOUT_UNCHECKED,
    SEND_IN_LOOP,
    MESSAGE_TO_STEP_ID,
)
