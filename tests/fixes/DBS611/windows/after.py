# options: fix=safe
from dbos import DBOS, SetWorkflowID


@DBOS.workflow()
def report(month: str) -> str:
	return month


def größe(month: str) -> None:
	with SetWorkflowID(str(7)): report("ö" + month)
