from dbos import DBOS


@DBOS.step(nmae="größe", retries_allowed=True)
def load(url: str) -> str:
	return url
