"""What stands second may be an argument of the workflow."""

from dbos import DBOS


@DBOS.workflow()
def translate(text: str, language: str) -> str:
    return f"{language}: {text}"


def start(text: str) -> None:
    DBOS.register_queue("texts")
    DBOS.enqueue_workflow(translate, "guten Tag", "de")
    DBOS.enqueue_workflow(translate, text, queue_name="texts")
    DBOS.enqueue_workflow(translate, *[text])
