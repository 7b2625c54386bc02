"""The office's own, of names that dbos has or had as well."""

from dataclasses import dataclass


@dataclass
class Queue:
    name: str
    concurrency: int = 1


class Office:
    parent_workflow_id = "none"

    def restart_workflow(self, paper: str) -> str:
        return f"{paper} again"
