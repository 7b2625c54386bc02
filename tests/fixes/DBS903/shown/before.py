"""A coroutine that is only shown, and one that is never looked at."""

from dbos import DBOS


@DBOS.step()
async def greet(name: str) -> str:
	return f"Hello {name}"


@DBOS.workflow()
async def meet(name: str) -> None:
	greeting = (greet(name))
	print(greeting)
	for letter in greet("all"):
		print(letter)
