"""Mails to customers."""

from dbos import DBOS


@DBOS.workflow()
def mail(order: str) -> str:
    return f"{order} mailed"
