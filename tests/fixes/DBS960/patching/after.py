# options: dbos-version=3.4, fix=safe
"""A configuration whose patches are switched on."""

import os

from dbos import DBOS, DBOSConfig

config: DBOSConfig = {
    "name": "shop",
    "application_version": "PATCHING_ENABLED",  # since the spring
    "system_database_url": os.environ["DATABASE_URL"],
}
DBOS(config=config)
