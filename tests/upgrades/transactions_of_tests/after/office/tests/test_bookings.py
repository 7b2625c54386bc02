from dbos import SetWorkflowID

from office.bookings import reserve


def test_books(running: None) -> None:
    with SetWorkflowID("blue"):
        assert reserve("blue") == "blue"
