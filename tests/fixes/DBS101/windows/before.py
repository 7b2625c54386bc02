import dbos


@dbos.DBOS.workflow()
def grüße(name: str) -> str:
    return name


dbos.DBOS(config={"name": "greeter"})
dbos.DBOS.launch()
print("läuft")
grüße("Ann")
