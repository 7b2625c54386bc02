"""The calls of dbos that speak to a workflow, by its ID: messages, events, streams, requests."""

from __future__ import annotations

from dbos_lint.catalog import api

_OWNERS = (api.DBOS, api.CLIENT)


def _calls(names: str) -> frozenset[str]:
    return api.with_async(frozenset(f"{owner}.{name}" for owner in _OWNERS for name in names.split()))


READS_STREAM = _calls("read_stream read_stream_offset")
"""Calls that wait for values of a stream, without end unless they are given ``timeout_seconds``."""
SENDS = _calls("send")
GIVES_NONE = api.RECV | _calls("get_event")
"""Calls that wait for a message or an event, and give None when it does not come in time."""

WORKFLOW_ID = "workflow_id"
TAKES_ID: dict[str, str] = {
    **dict.fromkeys(
        _calls(
            "get_event get_all_events read_stream read_stream_offset retrieve_workflow get_workflow_status get_result "
            "cancel_workflow resume_workflow fork_workflow rewind_workflow delete_workflow set_workflow_delay "
            "update_workflow_attributes list_workflow_steps"
        ),
        WORKFLOW_ID,
    ),
    **dict.fromkeys(SENDS | {"dbos.SendMessage"}, "destination_id"),
}
"""Calls whose first argument is the ID of a workflow, with the name of that parameter."""

STATUS = "dbos.WorkflowStatus"
HAVE_ID = frozenset({api.HANDLE, api.ASYNC_HANDLE, api.CLIENT_HANDLE, api.CLIENT_ASYNC_HANDLE, STATUS})
"""Classes whose objects have the ID of a workflow, and are none."""
