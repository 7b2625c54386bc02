"""Test code that uses DBOS."""

from __future__ import annotations

from dbos_lint.diagnostic import Level, Rule, Scope

TEST_LAUNCH_WITHOUT_DESTROY = Rule(
    "DBS701",
    "test-launch-without-destroy",
    Level.WARNING,
    Scope.MODULE,
    "test code launches DBOS and nothing destroys it",
    "python/tutorials/testing",
)

RESET_AFTER_LAUNCH = Rule(
    "DBS702",
    "reset-after-launch",
    Level.ERROR,
    Scope.FUNCTION,
    "system database is reset after the launch, or before there is an instance",
    "python/tutorials/testing",
    since="0.20",
)

TEST_USES_APPLICATION_DATABASE = Rule(
    "DBS703",
    "test-uses-application-database",
    Level.WARNING,
    Scope.MODULE,
    "test resets the database of the application",
    "python/tutorials/testing",
)

DESTROYED_REGISTRY = Rule(
    "DBS704",
    "destroyed-registry",
    Level.WARNING,
    Scope.MODULE,
    "test destroys the registry of workflows that were registered at import",
    "python/tutorials/testing",
    since="0.14",
)

PATCHED_AFTER_REGISTRATION = Rule(
    "DBS705",
    "patched-after-registration",
    Level.ADVICE,
    Scope.FUNCTION,
    "step is patched where it is defined, but the workflow has bound it already",
    "python/tutorials/testing",
)

RULES: tuple[Rule, ...] = (
    TEST_LAUNCH_WITHOUT_DESTROY,
    RESET_AFTER_LAUNCH,
    TEST_USES_APPLICATION_DATABASE,
    DESTROYED_REGISTRY,
    PATCHED_AFTER_REGISTRATION,
)
