"""Edited on Windows, with tabs."""

from time import sleep

from dbos import DBOS as D


@D.workflow()
def wait(minutes: int) -> int:
	sleep(minutes * 60)	# and no longer
	return minutes
