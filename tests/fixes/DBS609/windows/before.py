from dbos import DBOS, SetWorkflowID


@DBOS.workflow()
def report(month: str) -> str:
	return month


def größe(month: str) -> None:
	for each in month:
		SetWorkflowID("ö" + each)
		DBOS.start_workflow(report, each)
