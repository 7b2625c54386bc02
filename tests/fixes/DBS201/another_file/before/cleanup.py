"""Runs outside workflows."""

from helpers import stamp

print(stamp())
