# options: dbos-version=3.4, fix=safe
"""The switch is set apart from the rest."""

from dbos import DBOS, DBOSConfig

config: DBOSConfig = {"name": "shop"}
config["enable_patching"] = True
DBOS(config=config)
