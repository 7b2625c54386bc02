"""A server imports the module, and nothing else launches."""

from dbos import DBOS
from fastapi import FastAPI

app = FastAPI()


@DBOS.workflow()
def greet(name: str) -> str:
    return f"hello {name}"


DBOS(config={"name": "greeter"})
DBOS.launch()
greet("Ann")
