# options: fix=safe
"""A support console: what is asked of a handle is awaited, too."""

from typing import Any

from dbos import DBOS
from fastapi import APIRouter

router = APIRouter()


@router.get("/jobs/{job}")
async def show(job: str) -> dict[str, Any]:
    handle = await DBOS.retrieve_workflow_async(job)
    status = await handle.get_status()
    return {
        "id": handle.workflow_id,
        "name": status.name,
        "result": await handle.get_result() if status.status == "SUCCESS" else None,
    }


@router.post("/jobs/{job}/again")
async def again(job: str) -> Any:
    await DBOS.resume_workflow_async(job)
    return await (await DBOS.fork_workflow_async(job, 1)).get_result()


@router.post("/jobs/{job}/copy")
async def copy(job: str) -> str:
    return (await DBOS.fork_workflow_async(
        job,
        2,  # after the payment
    )).workflow_id
