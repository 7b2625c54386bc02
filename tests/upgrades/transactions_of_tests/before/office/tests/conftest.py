"""Only the tests say where their database is: it is not the program's, and stays as long as the transactions do."""

from collections.abc import Iterator

import pytest
from dbos import DBOS, DBOSConfig


@pytest.fixture()
def running() -> Iterator[None]:
    DBOS.destroy()
    config: DBOSConfig = {
        "name": "office-tests",
        "system_database_url": "sqlite:///tests_sys.sqlite",
        "application_database_url": "sqlite:///tests.sqlite",
    }
    DBOS(config=config)
    DBOS.launch()
    yield
    DBOS.destroy()
