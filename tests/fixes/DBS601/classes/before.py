# options: fix=safe
"""Classes with workflows that dbos does not know of."""

from dataclasses import dataclass

import dbos
from dbos import DBOS as D
from dbos import DBOSConfiguredInstance


class Warehouse:  # größer
    @classmethod
    @D.workflow()
    def count(cls, sku: str) -> int:
        return len(sku)


# Named by its region.
class Shop(DBOSConfiguredInstance):
    def __init__(self, region: str) -> None:
        super().__init__(config_name=region)

    @dbos.DBOS.workflow()
    def sell(self, sku: str) -> str:
        return sku

    @D.workflow()
    def buy(self, sku: str) -> str:
        return sku


@dataclass(slots=True)  # with slots
class Prices:
    currency: str = "é"

    @classmethod
    @D.workflow()
    def raise_all(cls, rate: float) -> float:
        return rate
