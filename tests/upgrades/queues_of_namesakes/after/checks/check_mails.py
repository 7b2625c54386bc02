"""Run with the folder of the mails on the path."""

from work import queue, send, start


def check() -> None:
    start()
    assert queue.enqueue(send, "bob").get_result() == "mailed bob"
