from dbos import DBOS


@DBOS.step(name="größe", retries_allowed=True)
def load(url: str) -> str:
	return url
