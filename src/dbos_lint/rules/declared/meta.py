"""The linter's own rules: what it says about the file itself."""

from __future__ import annotations

from dbos_lint.diagnostic import Level, Rule, Scope
from dbos_lint.fix import Applicability

UNREADABLE_FILE = Rule(
    "DBS001",
    "unreadable-file",
    Level.ERROR,
    Scope.MODULE,
    "file cannot be read, decoded or parsed",
    "python/programming-guide",
)

UNUSED_SUPPRESSION = Rule(
    "DBS002",
    "unused-suppression",
    Level.ADVICE,
    Scope.MODULE,
    "suppression silences nothing",
    "python/programming-guide",
    fix=Applicability.SAFE,
)

UNKNOWN_CODE_IN_SUPPRESSION = Rule(
    "DBS003",
    "unknown-code-in-suppression",
    Level.WARNING,
    Scope.MODULE,
    "suppression names a code that does not exist",
    "python/programming-guide",
)

RULES: tuple[Rule, ...] = (
    UNREADABLE_FILE,
    UNUSED_SUPPRESSION,
    UNKNOWN_CODE_IN_SUPPRESSION,
)
