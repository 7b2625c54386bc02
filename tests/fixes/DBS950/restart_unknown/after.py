# options: dbos-version=3.4
"""What is started over is decided by whoever calls."""

from dbos import DBOS

restart = DBOS.restart_workflow


def again(*orders: str) -> None:
    DBOS.restart_workflow(*orders)


class Office:
    """It has a method of the same name, which is its own."""

    def restart_workflow(self, order: str) -> str:
        return order


def in_the_office(office: Office) -> str:
    return office.restart_workflow("tea")
