# options: select=DBS002, DBS201, DBS203, fix=safe
# dbos-lint: ignore-file[DBS203]
# dbos-lint: deterministic
"""Comments that have lines of their own."""

from dbos import DBOS


# dbos-lint: deterministic by decree
LETTERS = "abc"


@DBOS.workflow()
def tidy(name: str) -> str:
	# before

	# dbos-lint: ignore[DBS201] it was a clock
	return name
# noqa: DBS203