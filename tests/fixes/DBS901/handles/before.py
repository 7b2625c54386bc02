# options: fix=safe
"""A support console: what is asked of a handle is awaited, too."""

from typing import Any

from dbos import DBOS
from fastapi import APIRouter

router = APIRouter()


@router.get("/jobs/{job}")
async def show(job: str) -> dict[str, Any]:
    handle = DBOS.retrieve_workflow(job)
    status = handle.get_status()
    return {
        "id": handle.workflow_id,
        "name": status.name,
        "result": handle.get_result() if status.status == "SUCCESS" else None,
    }


@router.post("/jobs/{job}/again")
async def again(job: str) -> Any:
    DBOS.resume_workflow(job)
    return DBOS.fork_workflow(job, 1).get_result()


@router.post("/jobs/{job}/copy")
async def copy(job: str) -> str:
    return DBOS.fork_workflow(
        job,
        2,  # after the payment
    ).workflow_id
