"""All queues of the shop."""

PACKING = "packing"
SHIPPING = "shipping"
MOST = 3
