"""A function above waits for what the end of the module makes: under a guard, an importer would not find it."""

from dbos import DBOS


@DBOS.workflow()
def greet(name: str) -> str:
    return f"hello {name}"


def result() -> str:
    return handle.get_result()


DBOS(config={"name": "greeter"})
DBOS.launch()
handle = DBOS.start_workflow(greet, "Ann")
print(result())
