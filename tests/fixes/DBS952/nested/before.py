"""A queue that is used in every odd place."""

from collections.abc import Callable

from dbos import DBOS, Debouncer, Queue, SetEnqueueOptions, SetWorkflowID

JOBS = "jobs"
jobs = (Queue(JOBS, worker_concurrency=3))


@DBOS.workflow()
def job(number: int, factor: int = 1) -> int:
    return number * factor


later: Callable[[int], str] = lambda number: jobs.enqueue(job, number).get_workflow_id()
debouncer = Debouncer.create(job, queue=jobs)


class Office:
    def __init__(self, numbers: list[int]) -> None:
        self.numbers = numbers

    def hire(self, *, twice: bool) -> list[str]:
        def start(number: int) -> str:
            with SetWorkflowID(f"job-{number}"), SetEnqueueOptions(priority=1):
                return (
                    jobs
                    .enqueue(
                        job,
                        number,  # one
                        factor=2 if twice else 1,
                    )
                    .get_workflow_id()
                )

        return [start(number) for number in self.numbers]

    def count(self, jobs: list[int]) -> int:
        # These jobs are others.
        return len(jobs) + len(DBOS.list_workflows(queue_name=self.queue()))

    def queue(self) -> str:
        return jobs.name


def run(*numbers: int) -> int | None:
    arguments = [job, *numbers]
    first = jobs.enqueue(*arguments) if numbers else None
    if (handle := jobs.enqueue(func=job, number=1)) and first is not None:
        return first.get_result() + handle.get_result()
    return None


def main() -> None:
    DBOS(config={"name": "office"})
    DBOS.listen_queues([jobs, "more"])
    DBOS.launch()
    print(Office([1, 2]).hire(twice=True))
    DBOS.destroy()
