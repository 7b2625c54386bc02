"""Stamps that a helper gives, for workflows alone."""

import time

from dbos import DBOS as D


@D.step()
def store(key: str, at: float) -> None:
    print(key, at)


def _stamp(key: str) -> None:
    # Called by workflows only.
    store(key, time.time())


class Ledger:
    @staticmethod
    @D.workflow()
    def close(key: str) -> None:
        def note(suffix: str) -> None:
            store(key + suffix, time.time())

        _stamp(key)
        note("-end")


@D.workflow()
def open_ledger(key: str) -> None:
	_stamp(key)
	while time.time() < 10:
		_stamp(key + "-again")
