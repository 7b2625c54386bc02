"""A report that says when it was made."""

import datetime as dt
import time

import dbos


@dbos.DBOS.step()
async def publish(lines: list[str]) -> int:
    return len(lines)


@dbos.DBOS.workflow()
async def report(titles: list[str]) -> int:
    today: dt.date = dt.date.today()
    lines = [f"{title} at {time.time()}" for title in titles]
    lines += [f"{today:%d.%m.}, {dt.datetime.now(dt.timezone.utc).year}"]
    if (started := time.time_ns()) % 2:
        lines.append(str(started))
    power = 2 ** time.time()
    return await publish([*lines, str(-time.time()), f"{power}"]) if time.time() > 0 else 0
