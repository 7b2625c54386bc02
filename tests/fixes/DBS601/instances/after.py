"""A class that is not registered, and whose instances have no name either."""

from dbos import DBOS, DBOSConfiguredInstance


@DBOS.dbos_class()
class Warehouse(DBOSConfiguredInstance):
    """Where things are."""

    def __init__(self, name: str) -> None:
        """Named by its region."""
        super().__init__(config_name=name)
        self.name = name

    @DBOS.workflow()
    def restock(self, sku: str) -> str:
        return f"{self.name}: {sku}"


@DBOS.dbos_class()
class Shop(DBOSConfiguredInstance):
    open = True

    def __init__(self) -> None:
        super().__init__(config_name="downtown")

    @DBOS.workflow()
    def sell(self, sku: str) -> str:
        return sku


downtown = Shop()
