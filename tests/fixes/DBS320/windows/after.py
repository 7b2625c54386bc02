from dbos import DBOS


def send(address: str) -> str:
	return address


@DBOS.workflow()
def größe(address: str) -> str:
	return DBOS.run_step(None, send("ö" + address)) or DBOS.run_step(None, send, address)
