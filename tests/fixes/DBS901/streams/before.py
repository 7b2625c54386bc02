# options: fix=safe
"""Progress of jobs, read by an async service in loops, comprehensions and at once."""

from typing import Any

from dbos import DBOS


class Progress:
    def __init__(self, job: str) -> None:
        self.job = job

    async def follow(self) -> list[Any]:
        seen = []
        for value in DBOS.read_stream(self.job, "progress"):  # until it closes
            seen.append(value)
        else:
            seen.append("closed")
        return seen

    async def pairs(self) -> dict[str, int]:
        return {
            name: size
            for (name, size) in DBOS.read_stream(self.job, "sizes", timeout_seconds=5)
            if size  # only those that say something
        }

    async def lines(self) -> tuple[list[Any], set[Any], list[Any]]:
        return (
            list(self.job),
            {tag.lower() for tag in DBOS.read_stream(self.job, "tags")},
            [line for line in DBOS.read_stream(self.job, "errors")],
        )
