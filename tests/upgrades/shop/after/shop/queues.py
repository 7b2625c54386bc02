"""The queues of the shop."""

PACKING = "packing"

# Two tables to pack on.
