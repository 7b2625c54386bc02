"""A client beside the program, which gives its URL in three ways."""

from dbos import DBOS, DBOSClient

URL = "sqlite:///mail.sqlite"


@DBOS.workflow()
def send(to: str) -> str:
    return f"sent to {to}"


def ask(client: DBOSClient) -> None:
    print([status.output for status in client.list_workflows()])
    client.destroy()


def main() -> None:
    DBOS(config={"name": "mail", "system_database_url": URL, "log_level": "ERROR"})
    DBOS.launch()
    send("ada")
    DBOS.destroy()
    ask(DBOSClient(system_database_url=URL))
    ask(DBOSClient(system_database_url="sqlite:///mail.sqlite"))
    ask(
        DBOSClient(
            system_database_url=URL,
        )
    )


if __name__ == "__main__":
    main()
