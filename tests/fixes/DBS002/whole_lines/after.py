# options: select=DBS002, DBS201, DBS203, fix=safe
"""Comments that have lines of their own."""

from dbos import DBOS


LETTERS = "abc"


@DBOS.workflow()
def tidy(name: str) -> str:
	# before

	return name
