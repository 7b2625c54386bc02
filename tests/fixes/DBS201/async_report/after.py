"""A report that says when it was made."""

import datetime as dt
import time

import dbos


@dbos.DBOS.step()
async def publish(lines: list[str]) -> int:
    return len(lines)


@dbos.DBOS.workflow()
async def report(titles: list[str]) -> int:
    today: dt.date = await dbos.DBOS.run_step_async({"name": "today"}, dt.date.today)
    lines = [f"{title} at {await dbos.DBOS.run_step_async(None, time.time)}" for title in titles]
    lines += [f"{today:%d.%m.}, {(await dbos.DBOS.run_step_async(None, dt.datetime.now, dt.timezone.utc)).year}"]
    if (started := await dbos.DBOS.run_step_async({"name": "started"}, time.time_ns)) % 2:
        lines.append(str(started))
    power = 2 ** await dbos.DBOS.run_step_async({"name": "time"}, time.time)
    return await publish([*lines, str(-await dbos.DBOS.run_step_async({"name": "time"}, time.time)), f"{power}"]) if await dbos.DBOS.run_step_async({"name": "time"}, time.time) > 0 else 0
