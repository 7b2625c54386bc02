"""All that waits."""

import os

from dbos import Queue

from .settings import GRINDING, PREFIX, RATE, settings
from .settings import settings as given

grinding = Queue(GRINDING, concurrency=settings.stones, worker_concurrency=int(os.environ.get("STONES", "2")))
packing = Queue(f"{PREFIX}-packing", limiter=RATE)  # fifty bags a second
carting = Queue("carting", given.stones)
