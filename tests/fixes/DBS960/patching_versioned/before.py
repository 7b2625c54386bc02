# options: dbos-version=3.4, fix=safe
"""The version is told, and wins over the switch."""

from dbos import DBOS, DBOSConfig

VERSION = "v7"

config = DBOSConfig(name="shop", application_version=VERSION, enable_patching=True)
test_config = DBOSConfig(
    name="shop",
    enable_patching=False,
)
DBOS(config=config)
