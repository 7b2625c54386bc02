"""The URL is an attribute of an object of another file, which the file with the transactions can import, too."""

from dbos import DBOS

from desk import work
from desk.settings import settings as mine

if __name__ == "__main__":
    DBOS(config={"name": "desk", "system_database_url": mine.system_url, "application_database_url": mine.url})
    DBOS.launch()
    work.add("a")
