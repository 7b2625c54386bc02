"""Run with the folder of the letters on the path."""

import work


def check() -> None:
    work.start()
    assert work.letters.enqueue(work.send, "bob").get_result() == "sent bob"
