"""Something else starts the engine."""

from dbos import DBOS, Queue

mails = Queue("mails", concurrency=5)


@DBOS.workflow()
def mail(address: str) -> str:
    return address


def send(address: str) -> str:
    return mails.enqueue(mail, address).get_workflow_id()
