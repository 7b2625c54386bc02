"""Tickets for what people must look at."""

from dbos import DBOS


@DBOS.step()
def notify_team(subject: str) -> None:
    DBOS.logger.warning("ticket: %s", subject)


@DBOS.workflow()
def open_ticket(subject: str) -> str:
    notify_team(subject)
    return subject


def escalate(subject: str) -> None:
    DBOS.start_workflow(open_ticket, subject)
