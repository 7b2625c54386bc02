"""Keys with letters that are missing, too many, or in the wrong order."""

from dbos import DBOS, DBOSConfig

config: DBOSConfig = {
    "name": "laundry",
    "system_database_url": "sqlite:///laundry.sqlite",  # where it lives
    'log_level': (
        "INFO"
    ),
    "application_version": "1",
}
config['max_executor_threads'] = 4

other = DBOSConfig(name="öfen", log_level="DEBUG")


def main() -> None:
    DBOS(config=dict(name="inline", sys_db_pool_size=2))
    DBOS(config=config)
    DBOS(config=other)
    DBOS.launch()
