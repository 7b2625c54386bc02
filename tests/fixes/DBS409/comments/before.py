"""Arguments on several rows: they change places, unless a comment stands beside one of them."""

from dbos import DBOS


@DBOS.workflow()
def translate(text: str, *more: str) -> str:
    return text.upper()


def register() -> None:
    DBOS.register_queue("größe")


def rows(text: str) -> None:
    DBOS.enqueue_workflow(
        translate,
        'größe',
        text,  # the text
        text)
    DBOS.enqueue_workflow(translate, "größe", text)  # what, where
    DBOS.enqueue_workflow(
        translate, "größe", text,  # all of it
    )


def said(text: str) -> None:
    DBOS.enqueue_workflow(
        translate,  # what
        "größe",
        text,
    )
    DBOS.enqueue_workflow(
        translate,
        "größe",  # where
        text,
    )
    DBOS.enqueue_workflow(
        translate,
        # where
        "größe",
        text,
    )
