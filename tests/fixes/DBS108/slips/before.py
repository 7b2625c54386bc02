"""Keys with letters that are missing, too many, or in the wrong order."""

from dbos import DBOS, DBOSConfig

config: DBOSConfig = {
    "name": "laundry",
    "system_database_ulr": "sqlite:///laundry.sqlite",  # where it lives
    'loglevel': (
        "INFO"
    ),
    "aplication_version": "1",
}
config['max_executor_thraeds'] = 4

other = DBOSConfig(name="öfen", log_levl="DEBUG")


def main() -> None:
    DBOS(config=dict(name="inline", sys_db_polsize=2))
    DBOS(config=config)
    DBOS(config=other)
    DBOS.launch()
