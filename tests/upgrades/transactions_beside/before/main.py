"""Flat modules: the reports build on the store."""

from dbos import DBOS

import reports
import settings
from store import add, create


@DBOS.workflow()
def collect(names: list) -> str:
    for name in names:
        add(name)
    return reports.summary()


if __name__ == "__main__":
    DBOS(config=settings.config)
    DBOS.launch()
    create()
    print(collect(["fern", "moss"]))
    print(collect(["iris"]))
    DBOS.destroy()
