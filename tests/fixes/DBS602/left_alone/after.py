"""Nobody can tell what the instances are to be called, or other bases have constructors of their own."""

from dataclasses import dataclass
from enum import Enum

from dbos import DBOS, DBOSConfiguredInstance


class Base:
    def __init__(self, size: int) -> None:
        self.size = size


@DBOS.dbos_class()
class Printer:
    def __init__(self, tray: int) -> None:
        self.tray = tray

    @DBOS.workflow()
    def print_all(self, job: str) -> str:
        return f"{self.tray}: {job}"


first, second = Printer(1), Printer(2)


@DBOS.dbos_class()
class Derived(Base):
    def __init__(self, name: str) -> None:
        super().__init__(3)
        self.name = name

    @DBOS.workflow()
    def run(self, job: str) -> str:
        return job


@DBOS.dbos_class()
@dataclass
class Record:
    name: str

    @DBOS.workflow()
    def run(self, job: str) -> str:
        return job


@DBOS.dbos_class()
class Bike:
    config_name = "bike"

    @DBOS.workflow()
    def ride(self, job: str) -> str:
        return job


@DBOS.dbos_class()
class Changing:
    def __init__(self, name: str) -> None:
        name = name.strip()
        self.name = name

    @DBOS.workflow()
    def run(self, job: str) -> str:
        return job


@DBOS.dbos_class()
class Forgetful(DBOSConfiguredInstance):
    def __init__(self, tray: int) -> None:
        self.tray = tray

    @DBOS.workflow()
    def run(self, job: str) -> str:
        return job


def make() -> list[Forgetful]:
    return [Forgetful(tray) for tray in range(2)]
