# options: dbos-version=3.4
"""Whether there is a version besides cannot be told."""

import json
from pathlib import Path

from dbos import DBOS, DBOSConfig

config: DBOSConfig = {
    **json.loads(Path("dbos.json").read_text("utf-8")),
    "enable_patching": True,
}
DBOS(config=config)
