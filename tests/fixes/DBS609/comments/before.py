"""Blocks that were made, with comments behind and between, over several rows, and two of them."""

from dbos import DBOS, SetWorkflowID, SetWorkflowTimeout


@DBOS.workflow()
def report(month: str) -> str:
    return month


def start(month: str) -> str:
    SetWorkflowID(f"report-{month}")  # one each month

    return report(month)
    # never reached


def rows(month: str) -> str:
	SetWorkflowTimeout(
		60,  # a minute
	)
	# in words
	return report("""
first
	second""")


def two(month: str) -> str:
    SetWorkflowTimeout(60)  # at most
    SetWorkflowID(month)  # once
    return report(month)


def same_line(month: str) -> str:
    SetWorkflowTimeout(60); return report(month)
