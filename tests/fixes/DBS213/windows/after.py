"""Edited on Windows, with tabs."""

from dbos import DBOS as D


@D.workflow()
def wait(minutes: int) -> int:
	D.sleep(minutes * 60)	# and no longer
	return minutes
