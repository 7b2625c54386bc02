"""Every second, files are imported and exported."""

from datetime import datetime
from typing import Any

from dbos import DBOS

done: list[str] = []


@DBOS.workflow()
async def load(name: str) -> str:
    return f"loaded {name}"


@DBOS.workflow()
async def save(name: str) -> str:
    return f"saved {name}"


@DBOS.workflow()
async def nightly(planned: datetime, context: Any) -> None:
    loading = await DBOS.enqueue_workflow_async("imports", load, "a.csv")
    saving = await DBOS.enqueue_workflow_async("exports", save, "b.csv")
    done.append(f"{await loading.get_result()}, {await saving.get_result()}")
