"""Instances that have no name, or one that dbos does not know."""

from dbos import DBOS


@DBOS.dbos_class()
class Printer:
    """A printer."""

    def __init__(self, name: str, tray: int = 1) -> None:
        # größer
        self.tray = tray

    @DBOS.workflow()
    def print_all(self, job: str) -> str:
        return f"{self.tray}: {job}"


@DBOS.dbos_class()
class Courier():
    def __init__(self, city: str) -> None:
        self.city = city; self.config_name = "é" + city  # by hand

    @DBOS.workflow()
    async def deliver(self, parcel: str) -> str:
        return f"{self.config_name}: {parcel}"


@DBOS.dbos_class("kiosks")  # under an older name
class Kiosk:
    hours = 8

    # what it does
    @DBOS.workflow()
    def sell(self, sku: str) -> str:
        return sku


kiosk = Kiosk()
