"""Constructors with a docstring, and comments above what they do."""

from dbos import DBOS, DBOSConfiguredInstance


@DBOS.dbos_class()
class Printer(DBOSConfiguredInstance):
    def __init__(
        self,
        name: str,  # the tray
    ) -> None:
        """Größe counts."""  # it does

        # pages, not sheets
        self.pages = 3

    @DBOS.workflow()
    def print_job(self, job: str) -> str:
        return job


@DBOS.dbos_class()
class Scanner(DBOSConfiguredInstance):
    def __init__(self, name: str) -> None:
        """Only a docstring."""

    @DBOS.workflow()
    def scan(self, job: str) -> str:
        return job
