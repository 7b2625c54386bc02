# options: dbos-version=3.4
"""A main program of the first releases."""

from dbos import DBOS, DBOSConfig

config: DBOSConfig = {"name": "shop", "system_database_url": "sqlite:///shop.sqlite"}
DBOS(config=config)

if __name__ == "__main__":
    DBOS.launch(debug_mode=config is None)
