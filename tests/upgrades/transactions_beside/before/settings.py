from dbos import DBOSConfig

URL = "sqlite:///garden.sqlite"

config: DBOSConfig = {
    "name": "garden",
    "system_database_url": "sqlite:///garden-system.sqlite",
    "application_database_url": URL,
    "log_level": "ERROR",
}
