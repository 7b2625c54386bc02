"""Configuration, launch and registration: what must happen when, and where."""

from __future__ import annotations

from dbos_lint.diagnostic import Level, Rule, Scope

LAUNCH_AT_IMPORT = Rule(
    "DBS101",
    "launch-at-import",
    Level.ERROR,
    Scope.MODULE,
    "`DBOS.launch()` runs when the module is imported",
    "python/reference/dbos-class",
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
)

DECORATOR_WITHOUT_CALL = Rule(
    "DBS112",
    "decorator-without-call",
    Level.ERROR,
    Scope.EXPR,
    "DBOS decorator is applied without its parentheses, or with arguments it does not take",
    "python/reference/decorators",
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
    SERVE_BEFORE_LAUNCH,
    ROUTE_UNDER_WORKFLOW,
    DECORATOR_WITHOUT_CALL,
    OUTER_DECORATOR_SKIPPED,
    SCRIPT_SIDE_EFFECTS_AT_IMPORT,
)
