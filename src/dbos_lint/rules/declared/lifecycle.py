"""Configuration, launch and registration: what must happen when, and where."""

from __future__ import annotations

from dbos_lint.diagnostic import Level, Rule, Scope
from dbos_lint.fix import Applicability

LAUNCH_AT_IMPORT = Rule(
    "DBS101",
    "launch-at-import",
    Level.ERROR,
    Scope.MODULE,
    "`DBOS.launch()` runs when the module is imported",
    "python/reference/dbos-class",
    fix=Applicability.UNSAFE,
)

CONFIG_AT_IMPORT = Rule(
    "DBS102",
    "config-at-import",
    Level.WARNING,
    Scope.MODULE,
    "DBOS is configured when the module is imported",
    "python/reference/configuration",
)

LAUNCH_WITHOUT_INSTANCE = Rule(
    "DBS103",
    "launch-without-instance",
    Level.ERROR,
    Scope.FUNCTION,
    "`DBOS.launch()` is reached without a DBOS instance",
    "python/reference/dbos-class",
    since="3.0",
)

CALL_BEFORE_LAUNCH = Rule(
    "DBS104",
    "call-before-launch",
    Level.ERROR,
    Scope.FUNCTION,
    "DBOS is used before `DBOS.launch()`",
    "python/reference/dbos-class",
)

CALL_AFTER_LAUNCH = Rule(
    "DBS105",
    "call-after-launch",
    Level.ERROR,
    Scope.FUNCTION,
    "call that must come before `DBOS.launch()` comes after it",
    "python/reference/dbos-class",
)

LATE_REGISTRATION = Rule(
    "DBS106",
    "late-registration",
    Level.WARNING,
    Scope.FUNCTION,
    "workflow or configured instance is registered after `DBOS.launch()`",
    "python/tutorials/classes",
)

MISSING_APPLICATION_NAME = Rule(
    "DBS107",
    "missing-application-name",
    Level.ERROR,
    Scope.EXPR,
    "DBOS configuration has no `name`",
    "python/reference/configuration",
    since="1.0",
)

UNKNOWN_CONFIG_KEY = Rule(
    "DBS108",
    "unknown-config-key",
    Level.WARNING,
    Scope.EXPR,
    "DBOS configuration has a key that dbos does not know",
    "python/reference/configuration",
    fix=Applicability.UNSAFE,
)

INVALID_CONFIG_VALUE = Rule(
    "DBS109",
    "invalid-config-value",
    Level.ERROR,
    Scope.EXPR,
    "DBOS configuration has a value that dbos refuses",
    "python/reference/configuration",
    fix=Applicability.SAFE,
)

SERVE_BEFORE_LAUNCH = Rule(
    "DBS110",
    "serve-before-launch",
    Level.ERROR,
    Scope.FUNCTION,
    "blocking server call stands before `DBOS.launch()`",
    "python/reference/dbos-class",
)

ROUTE_UNDER_WORKFLOW = Rule(
    "DBS111",
    "route-under-workflow",
    Level.ERROR,
    Scope.FUNCTION,
    "route or registration decorator stands below a DBOS decorator",
    "python/reference/decorators",
    fix=Applicability.SAFE,
)

DECORATOR_WITHOUT_CALL = Rule(
    "DBS112",
    "decorator-without-call",
    Level.ERROR,
    Scope.EXPR,
    "DBOS decorator is applied without its parentheses, or with arguments it does not take",
    "python/reference/decorators",
    fix=Applicability.SAFE,
)

LAUNCH_WITHOUT_DESTROY = Rule(
    "DBS113",
    "launch-without-destroy",
    Level.ADVICE,
    Scope.FUNCTION,
    "lifespan or context manager launches DBOS and never destroys it",
    "python/reference/dbos-class",
    fix=Applicability.UNSAFE,
)

RESET_OUTSIDE_TESTS = Rule(
    "DBS114",
    "reset-outside-tests",
    Level.ERROR,
    Scope.MODULE,
    "`DBOS.reset_system_database()` stands outside test code",
    "python/tutorials/testing",
    since="0.20",
)

HARDCODED_DATABASE_PASSWORD = Rule(
    "DBS115",
    "hardcoded-database-password",
    Level.WARNING,
    Scope.EXPR,
    "database URL with a password stands in the text of the program",
    "python/reference/configuration",
)

MISSING_APPLICATION_VERSION = Rule(
    "DBS116",
    "missing-application-version",
    Level.ADVICE,
    Scope.EXPR,
    "DBOS configuration has no `application_version`",
    "python/tutorials/upgrading-workflows",
    since="1.10",
)

MAIN_EXITS = Rule(
    "DBS117",
    "main-exits",
    Level.ADVICE,
    Scope.FUNCTION,
    "program ends before its queues, schedules or background workflows have run",
    "python/reference/dbos-class",
)

OUTER_DECORATOR_SKIPPED = Rule(
    "DBS118",
    "outer-decorator-skipped",
    Level.WARNING,
    Scope.FUNCTION,
    "decorator above `@DBOS.workflow()` is skipped when DBOS runs the workflow",
    "python/reference/decorators",
)

SCRIPT_SIDE_EFFECTS_AT_IMPORT = Rule(
    "DBS119",
    "script-side-effects-at-import",
    Level.WARNING,
    Scope.MODULE,
    "module that defines workflows starts work when it is imported",
    "python/reference/dbos-class",
)

RULES: tuple[Rule, ...] = (
    LAUNCH_AT_IMPORT,
    CONFIG_AT_IMPORT,
    LAUNCH_WITHOUT_INSTANCE,
    CALL_BEFORE_LAUNCH,
    CALL_AFTER_LAUNCH,
    LATE_REGISTRATION,
    MISSING_APPLICATION_NAME,
    UNKNOWN_CONFIG_KEY,
    INVALID_CONFIG_VALUE,
    SERVE_BEFORE_LAUNCH,
    ROUTE_UNDER_WORKFLOW,
    DECORATOR_WITHOUT_CALL,
    LAUNCH_WITHOUT_DESTROY,
    RESET_OUTSIDE_TESTS,
    HARDCODED_DATABASE_PASSWORD,
    MISSING_APPLICATION_VERSION,
    MAIN_EXITS,
    OUTER_DECORATOR_SKIPPED,
    SCRIPT_SIDE_EFFECTS_AT_IMPORT,
)
