"""Whoever imports this may count on the engine."""

from dbos import DBOS


@DBOS.workflow()
def greet(name: str) -> str:
    return f"hello {name}"


DBOS(config={"name": "greeter"})
DBOS.launch()
print("ready")
