"""All that waits."""

from dbos import Queue

from mill.settings import CARTING, STONES

grinding = Queue("grinding", concurrency=STONES)
carting = Queue(CARTING, concurrency=1)
