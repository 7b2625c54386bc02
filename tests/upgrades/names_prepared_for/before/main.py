"""Sets how many stones there are, before anything asks for it."""

import os
import sys
from typing import TYPE_CHECKING

from dbos import DBOS

if TYPE_CHECKING:
    from mill.settings import CARTING

os.environ["STONES"] = "2"

from mill import work  # noqa: E402


def place() -> "type[CARTING]":
    return str


DBOS(config={"name": "mill", "system_database_url": "sqlite:///mill.sqlite", "log_level": "ERROR"})
DBOS.launch()
print(work.order(3))
DBOS.destroy()
sys.exit()
