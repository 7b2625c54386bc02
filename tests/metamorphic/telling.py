"""Fixtures that a change does change, and why."""

from __future__ import annotations

_ASKED_ELSEWHERE = "what a variable was asked for is not followed to what the answer stops"
_BY_NAME = "the name says what the condition asks for"
_IN_TESTS = "what stands in a file of tests, or tells that it is one, moves to a file that is none"
_CALLS = "the rule is about calls written as arguments"
_FACTORY = "what a function makes is known through one function, not through two"
_LATE = "a function that imports a module of the project says that it may be imported late"
_PATCHED = "the rule is about names that a module has bound, which functions that import do not"

TELLING: dict[tuple[str, str], str] = {
    ("extracted", "DBS114/silent_guarded"): _BY_NAME,
    ("extracted", "DBS505/expenses"): _ASKED_ELSEWHERE,
    ("extracted", "DBS505/approvals"): _FACTORY,
    ("extracted", "DBS505/onboarding_async"): _FACTORY,
    ("extracted", "DBS229/clinic"): _CALLS,
    ("extracted", "DBS229/legacy_queue"): _CALLS,
    ("extracted", "DBS229/methods"): _CALLS,
    ("extracted", "DBS507/tickets"): _CALLS,
    ("extracted", "DBS607/uploads"): _CALLS,
    ("imports_in_functions", "DBS401/fleet"): _LATE,
    ("imports_in_functions", "DBS705/banking"): _PATCHED,
    ("imports_in_functions", "DBS705/mailing"): _PATCHED,
    ("kept_in_class", "DBS803/jobs"): _FACTORY,
    ("moved", "DBS616/silent_in_tests"): _IN_TESTS,
    ("moved", "DBS701/parking"): _IN_TESTS,
    ("moved", "DBS702/test_silent_order"): _IN_TESTS,
    (
        "moved",
        "DBS901/shared_helper",
    ): "each file reports its own call of what stands elsewhere, and here one is wrong",
    ("through_another", "DBS803/jobs"): _FACTORY,
    ("through_another", "DBS225/tenants"): _FACTORY,
}
"""The changes and fixtures."""
