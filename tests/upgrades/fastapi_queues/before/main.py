"""A service with a queue and a schedule, launched by its web framework."""

import os
import sys
import time

from fastapi.testclient import TestClient
from service import app
from work import TICKS


def main() -> None:
    with TestClient(app) as client:
        print(client.get("/packed/tea").json())
        print(client.get("/packed/milk").json())
        deadline = time.monotonic() + 20
        while not TICKS and time.monotonic() < deadline:
            time.sleep(0.1)
        print(TICKS[:1])


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)
