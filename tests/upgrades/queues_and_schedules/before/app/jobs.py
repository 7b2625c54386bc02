"""Every second, files are imported and exported."""

from datetime import datetime

from dbos import DBOS

from .queues import exports, imports

done: list[str] = []


@DBOS.workflow()
async def load(name: str) -> str:
    return f"loaded {name}"


@DBOS.workflow()
async def save(name: str) -> str:
    return f"saved {name}"


@DBOS.scheduled("* * * * * *")
@DBOS.workflow()
async def nightly(planned: datetime, actual: datetime) -> None:
    loading = await imports.enqueue_async(load, "a.csv")
    saving = await exports.enqueue_async(save, "b.csv")
    done.append(f"{await loading.get_result()}, {await saving.get_result()}")
