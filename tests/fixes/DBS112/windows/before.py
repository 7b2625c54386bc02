# options: fix=safe
from dbos import DBOS


@DBOS.step   # größer
def fetch(url: str) -> str:
    return url


def outer() -> None:
	@DBOS.workflow
	def inner() -> str:
		return fetch("é")
