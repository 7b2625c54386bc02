"""Fixtures that a change does change, and why."""

from __future__ import annotations

_ASKED_ELSEWHERE = "what a variable was asked for is not followed to what the answer stops"
_BY_NAME = "the name says what the condition asks for"
_IN_TESTS = "what stands in a file of tests, or tells that it is one, moves to a file that is none"
_BY_NAME_OF_FUNCTION = "a function that is called serve may serve"
_IN_ONE = "the rule asks for certainty, and what is put into a variable first is not followed so far"
_NO_LOOP = "in a coroutine there is always a loop: what asks for one is dead there"
_UNKNOWN = "what a context manager of another name does is unknown, and unknown is silent"
_AHEAD = "a callback is followed through so many functions, and no further"
_CALLS = "the rule is about calls written as arguments"
_FACTORY = "what a function makes is known through one function, not through two"
_LATE = "a function that imports a module of the project says that it may be imported late"
_PATCHED = "the rule is about names that a module has bound, which functions that import do not"

TELLING: dict[tuple[str, str], str] = {
    ("helpers_renamed", "DBS401/photo_worker"): _BY_NAME_OF_FUNCTION,
    ("helpers_async", "DBS901/silent_generators"): _NO_LOOP,
    ("helpers_async", "false_alarms/renamed_imports"): _NO_LOOP,
    ("helpers_async", "DBS903/kept_and_lost"): "what an awaited call gives may be awaited again, which is not asked",
    ("in_null_context", "DBS609/lab"): _UNKNOWN,
    ("through_another", "DBS205/callback_handed_on"): _AHEAD,
    ("extracted", "DBS110/quiz_server"): _IN_ONE,
    ("extracted", "DBS110/timetable"): _IN_ONE,
    ("extracted", "DBS210/picking"): _IN_ONE,
    ("extracted", "DBS239/batches"): _ASKED_ELSEWHERE,
    ("extracted", "DBS239/silent_lookups"): _ASKED_ELSEWHERE,
    ("extracted", "DBS903/forgotten_steps"): _IN_ONE,
    ("extracted", "DBS903/queues_and_clients"): _IN_ONE,
    ("extracted", "DBS905/subscriptions"): _IN_ONE,
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
