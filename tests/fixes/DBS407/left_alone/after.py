"""What is meant nobody knows; a name may hold the value for others, too."""

from dbos import DBOS, SetEnqueueOptions

PRIORITY = "3"


@DBOS.workflow()
def print_page(page: str) -> str:
    return page


def start(page: str) -> None:
    with SetEnqueueOptions(priority=PRIORITY):
        DBOS.enqueue_workflow("pages", print_page, page)
    with SetEnqueueOptions(priority="0"):
        DBOS.enqueue_workflow("pages", print_page, page)
    with SetEnqueueOptions(priority=0):
        DBOS.enqueue_workflow("pages", print_page, page)
    with SetEnqueueOptions(delay_seconds="soon"):
        DBOS.enqueue_workflow("pages", print_page, page)
    with SetEnqueueOptions(deduplication_id=page, duplication_policy="replace"):
        DBOS.enqueue_workflow("pages", print_page, page)
    with SetEnqueueOptions(queue=page):
        DBOS.enqueue_workflow("pages", print_page, page)
