"""What the shop sells, and to whom."""

from pydantic import BaseModel


class Item(BaseModel):
    sku: str
    quantity: int
    unit_price: float


class Order(BaseModel):
    customer: str
    email: str
    currency: str
    items: list[Item]


class Payment(BaseModel):
    accepted: bool
    reference: str
