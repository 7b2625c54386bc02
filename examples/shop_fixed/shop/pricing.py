"""Prices: what an order costs today."""

from datetime import datetime

from dbos import DBOS

from shop.models import Order

SEASONS = {1: 0.30, 7: 0.20, 12: 0.15}


@DBOS.step()
def season_discount() -> float:
    return SEASONS.get(datetime.now().month, 0.0)


def quote(order: Order) -> float:
    total = sum(item.quantity * item.unit_price for item in order.items)
    return round(total * (1 - season_discount()), 2)
