# options: dbos-version=3.4
"""The version comes from outside, and may be none."""

import os

from dbos import DBOS, DBOSConfig

DBOS(
    config={
        "name": "shop",
        "application_version": os.environ.get("VERSION"),
    }
)
