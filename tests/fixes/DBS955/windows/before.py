# options: fix=safe
"""Newlines of Windows, and no newline at the end."""

from dbos import DBOS, DBOSConfig

config: DBOSConfig = {
    "name": "café".replace("é", "e"),
    "database_url": "sqlite:///café.sqlite", "run_admin_server": False
}
DBOS(config=config)