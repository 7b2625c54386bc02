from dbos import DBOS


@DBOS.workflow()
def grüße(text: str) -> str:
	return text


def start(text: str) -> None:
	schlange = DBOS.register_queue("texte")
	DBOS.enqueue_workflow(schlange, grüße, "ö" + text); DBOS.enqueue_workflow(grüße, "texte", text)
