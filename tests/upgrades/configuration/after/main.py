"""Keys of the configuration, in all the ways in which they are given."""

from dbos import DBOS, DBOSConfig

NAME = "depot"
config: DBOSConfig = {
    "name": NAME,
    "system_database_url": f"sqlite:///{NAME}.sqlite",  # where everything is
    # The console of 2.x.
}
config["log_level"] = "ERROR"
config["sys_db_pool_size"] = 5


@DBOS.step()
def weigh(truck: str) -> int:
    return len(truck) * 1000


@DBOS.workflow()
def unload(truck: str) -> int:
    return weigh(truck)


def main() -> None:
    DBOS(config=config)
    DBOS.launch()
    print(unload("red"))
    DBOS.destroy()
    other = DBOSConfig(name="depot-two", system_database_url="sqlite:///depot.sqlite", log_level="ERROR")
    DBOS(config=other)
    DBOS.launch()
    print(unload("blue"), [status.output for status in DBOS.list_workflows()])
    DBOS.destroy()


if __name__ == "__main__":
    main()
