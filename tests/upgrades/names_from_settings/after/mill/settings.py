"""What can be set."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    stones: int = 2
    prefix: str = "mill"


settings = Settings()
GRINDING = "grinding"
PREFIX = "mill"
RATE = {"limit": 50, "period": 1.0}
EVERY_SECOND = "* * * * * *"
