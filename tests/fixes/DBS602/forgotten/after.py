"""The base class is there, and its constructor is not called."""

import dbos


@dbos.DBOS.dbos_class()
class Plotter(dbos.DBOSConfiguredInstance):
    def __init__(self, config_name: str, width: int) -> None:
        """As wide as it gets."""

        super().__init__(config_name=config_name)
        self.width = width

    @dbos.DBOS.workflow()
    def plot(self, job: str) -> str:
        return f"{job} {self.width}"


@dbos.DBOS.dbos_class()
class Scanner(dbos.DBOSConfiguredInstance):
    def __init__(self, width: int) -> None: self.width = width

    @dbos.DBOS.workflow()
    def scan(self, job: str) -> str:
        return f"{job} {self.width}"


scanner = Scanner(10)
