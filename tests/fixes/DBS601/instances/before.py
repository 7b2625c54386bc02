"""A class that is not registered, and whose instances have no name either."""

from dbos import DBOS


class Warehouse:
    """Where things are."""

    def __init__(self, name: str) -> None:
        """Named by its region."""
        self.name = name

    @DBOS.workflow()
    def restock(self, sku: str) -> str:
        return f"{self.name}: {sku}"


class Shop:
    open = True

    @DBOS.workflow()
    def sell(self, sku: str) -> str:
        return sku


downtown = Shop()
