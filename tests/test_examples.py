"""The shop: each deliberate fault is found where it stands, and the mended shop is silent and runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import lint

EXAMPLES = Path(__file__).parents[1] / "examples"

FAULTS = [
    ("shop/api.py", "DBS101", "DBOS.launch()"),
    ("shop/api.py", "DBS102", "DBOS(config=config)"),
    ("shop/api.py", "DBS119", "DBOS.register_queue(QUEUE, worker_concurrency=2)"),
    ("shop/api.py", "DBS111", '@app.post("/orders")'),
    ("shop/checkout.py", "DBS203", 'order_number = f"ORD-{uuid.uuid4().hex[:8]}"'),
    ("shop/checkout.py", "DBS201", "total = round(quote(order) * exchange_rate(order.currency), 2)"),
    ("shop/checkout.py", "DBS206", "total = round(quote(order) * exchange_rate(order.currency), 2)"),
    ("shop/checkout.py", "DBS213", "time.sleep(30)"),
    ("shop/mail.py", "DBS901", 'DBOS.set_event("state", "sending")'),
    ("shop/mail.py", "DBS903", "record_delivery(order_number, receipt)"),
    ("shop/payments.py", "DBS306", "@DBOS.step(max_attempts=5, interval_seconds=2.0)"),
    ("shop/payments.py", "DBS301", 'escalate(f"payment of {order_number} by {customer} was declined")'),
]
ORDERS = """
import time

import httpx
import shop.rates

answer = httpx.MockTransport(lambda request: httpx.Response(200, json={"rates": {"USD": 1.1}}))
shop.rates.CLIENT = httpx.Client(base_url="https://rates.example.com", transport=answer)

from dbos import DBOS
from fastapi.testclient import TestClient
from shop.api import app

with TestClient(app) as client:
    for price in (10, 1_000_000):
        item = {"sku": "tea", "quantity": 2, "unit_price": price}
        order = {"customer": "Ada", "email": "ada@example.com", "currency": "USD", "items": [item]}
        print(client.post("/orders", json=order).json()["state"])
    while any(status.status in ("PENDING", "ENQUEUED") for status in DBOS.list_workflows()):
        time.sleep(0.1)
    print(*sorted(f"{status.name}:{status.status}" for status in DBOS.list_workflows()))
"""


def test_the_faults_of_the_shop_are_found() -> None:
    folder = EXAMPLES / "shop"

    found = [
        (finding.path, finding.code, (folder / finding.path).read_text("utf-8").splitlines()[finding.row - 1].strip())
        for finding in lint(folder)
    ]

    assert sorted(found) == sorted(FAULTS)


def test_the_mended_shop_is_silent() -> None:
    assert list(map(str, lint(EXAMPLES / "shop_fixed"))) == []


@pytest.mark.oracle
def test_the_mended_shop_runs(tmp_path: Path) -> None:
    done = serve("shop_fixed", tmp_path)

    assert done.stdout.split() == [
        "paid",
        "declined",
        "checkout:SUCCESS",
        "checkout:SUCCESS",
        "confirm:SUCCESS",
        "open_ticket:SUCCESS",
        "place_order:SUCCESS",
        "place_order:SUCCESS",
    ], done.stderr


@pytest.mark.oracle
def test_the_shop_fails_where_the_linter_says_so(tmp_path: Path) -> None:
    done = serve("shop", tmp_path)

    assert done.returncode != 0
    assert "in escalate" in done.stderr
    assert done.stderr.rstrip().splitlines()[-1] == "AssertionError"


def serve(name: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Take two orders, the second of which is too dear."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(EXAMPLES / name),
        "PYTHONDONTWRITEBYTECODE": "1",
        "DBOS_SYSTEM_DATABASE_URL": f"sqlite:///{folder / 'shop.sqlite'}",
    }
    command = [sys.executable, "-c", ORDERS]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60)
