"""What others may see and change while the database answers."""

from dbos import DBOS, DBOSClient


@DBOS.workflow()
async def water() -> None:
    print("water")


class Garden:
    def __init__(self, client: DBOSClient) -> None:
        self.client = client
        self.runs = 0
        self.planned = False

    async def plan(self) -> None:
        if not self.planned:
            await DBOS.create_schedule_async(schedule_name="water", workflow_fn=water, schedule="0 6 * * *")
            self.planned = True

    async def count(self) -> None:
        self.runs += len(self.client.list_workflows())

    async def again(self) -> None:
        self.runs = self.runs + len(self.client.list_workflows())
