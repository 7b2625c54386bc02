"""What has the same meaning under another name in a later release, and what only a person can do without.

Symbols are written as in :mod:`dbos_lint.catalog.history`.
"""

from __future__ import annotations

from collections.abc import Mapping

from dbos_lint.fix import Applicability
from dbos_lint.records import NamedTuple

_REGISTER = (
    "DBOS.register_queue",
    "DBOS.register_queue_async",
    "DBOSClient.register_queue",
    "DBOSClient.register_queue_async",
)


class Rename(NamedTuple):
    """``new`` is the symbol that takes the place; ``but`` says how it differs, where it does."""

    new: str
    but: str = ""

    @property
    def applicability(self) -> Applicability:
        return Applicability.UNSAFE if self.but else Applicability.SAFE


RENAMES: Mapping[str, Rename] = {
    **{f"{name}(concurrency)": Rename(f"{name}(global_concurrency)") for name in _REGISTER},
    "Queue.concurrency": Rename("Queue.global_concurrency"),
    "Queue.get_concurrency_async": Rename("Queue.get_global_concurrency_async"),
    "Queue.set_concurrency": Rename("Queue.set_global_concurrency"),
    "Queue.set_concurrency_async": Rename("Queue.set_global_concurrency_async"),
    "DebouncerClient.debounce_async(deboucne_key)": Rename("DebouncerClient.debounce_async(debounce_key)"),
    "WorkflowStatusString.RETRIES_EXCEEDED": Rename("WorkflowStatusString.MAX_RECOVERY_ATTEMPTS_EXCEEDED"),
    "error.DBOSDeadLetterQueueError": Rename("error.MaxRecoveryAttemptsExceededError"),
    "error.DBOSConflictingRegistrationError": Rename("error.DBOSException", "every other error of dbos is one, too"),
}

BY_HAND: Mapping[str, str] = {
    "DBOS.config": "the program has to hand its configuration to where it is read",
    "DBOS.debug_mode": "nothing takes its place",
    "DBOS.execute_workflow_id": "forking and resuming do not do the same",
    "DBOS.recover_pending_workflows": "nothing recovers a given set of workflows",
    "DBOS.request": "the workflow has to be given what it needs of the request",
    "ConfigFile": "its sections are no keys of DBOSConfig",
    "GetWorkflowsInput": "its fields become keywords of the call that takes it",
    "get_dbos_database_url": "the program has to know its URL itself",
    "load_config": "what the file holds has to become a DBOSConfig",
    "PortableWorkflowError.to_error_data": "it leaves out what is None, which may matter to who reads it",
    "error.DBOSException.status_code": "the program has to choose a status code for each error",
    "error.DBOSNotAuthorizedError.status_code": "the program has to choose a status code for each error",
}
