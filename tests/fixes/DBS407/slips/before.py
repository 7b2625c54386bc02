from dbos import DBOS, SetEnqueueOptions


@DBOS.workflow()
def print_page(page: str) -> str:
    return page


def start(page: str) -> None:
    with SetEnqueueOptions(
        # größer
        queue_partition_kye=page,
        pririty=3,
    ):
        DBOS.enqueue_workflow("pages", print_page, page)
