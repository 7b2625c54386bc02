# options: fix=safe
"""Classes with workflows that dbos does not know of."""

from dataclasses import dataclass

import dbos
from dbos import DBOS as D
from dbos import DBOSConfiguredInstance


@D.dbos_class()
class Warehouse:  # größer
    @classmethod
    @D.workflow()
    def count(cls, sku: str) -> int:
        return len(sku)


# Named by its region.
@D.dbos_class()
class Shop(DBOSConfiguredInstance):
    def __init__(self, region: str) -> None:
        super().__init__(config_name=region)

    @dbos.DBOS.workflow()
    def sell(self, sku: str) -> str:
        return sku

    @D.workflow()
    def buy(self, sku: str) -> str:
        return sku


@D.dbos_class()
@dataclass(slots=True)  # with slots
class Prices:
    currency: str = "é"

    @classmethod
    @D.workflow()
    def raise_all(cls, rate: float) -> float:
        return rate
