import dbos


@dbos.DBOS.workflow()
def grüße(name: str) -> str:
    return name


dbos.DBOS(config={"name": "greeter"})
if __name__ == "__main__":
    dbos.DBOS.launch()
    print("läuft")
    grüße("Ann")
