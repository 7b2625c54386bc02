# options: fix=safe
"""Newlines of Windows, and no newline at the end."""

from dbos import DBOS, DBOSConfig

config: DBOSConfig = {
    "name": "café".replace("é", "e"),
    "system_database_url": "sqlite:///café.sqlite"
}
DBOS(config=config)