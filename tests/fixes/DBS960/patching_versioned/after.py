# options: dbos-version=3.4, fix=safe
"""The version is told, and wins over the switch."""

from dbos import DBOS, DBOSConfig

VERSION = "v7"

config = DBOSConfig(name="shop", application_version=VERSION)
test_config = DBOSConfig(
    name="shop",
)
DBOS(config=config)
