"""A script that runs its workflow as soon as it is read."""

from dbos import DBOS

config = {"name": "greeter"}


@DBOS.workflow()
def greet(name: str) -> str:
    return f"hello {name}"


DBOS(config=config)
# From here on the engine runs.
if __name__ == "__main__":
    DBOS.launch()  # opens the database

    handle = DBOS.start_workflow(greet, "Ann")
    for guest in ("Bob", "Cid"):
        # one after the other
        print(greet(guest))
    print(handle.get_result(), """
two lines
""")
