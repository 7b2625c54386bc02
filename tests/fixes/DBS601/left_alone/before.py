"""Classes of which another one is registered, that are made again and again, or whose instances nobody can name."""

from dbos import DBOS, DBOSConfiguredInstance


class Exporting:
    @classmethod
    @DBOS.workflow()
    def export(cls, table: str) -> str:
        return table


@DBOS.dbos_class()
class Reports(Exporting):
    title = "reports"


class Nightly(Reports):
    @classmethod
    @DBOS.workflow()
    def nightly(cls, table: str) -> str:
        return table


def make() -> type:
    class Inner:
        @classmethod
        @DBOS.workflow()
        def run(cls, table: str) -> str:
            return table

    return Inner


class Printer:
    def __init__(self, tray: int) -> None:
        self.tray = tray

    @DBOS.workflow()
    def print_all(self, job: str) -> str:
        return f"{self.tray}: {job}"


class Plotter(DBOSConfiguredInstance):
    def __init__(self, tray: int) -> None:
        self.tray = tray

    @DBOS.workflow()
    def plot(self, job: str) -> str:
        return f"{self.tray}: {job}"
