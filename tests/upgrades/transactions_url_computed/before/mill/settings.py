"""Where things are."""

import os

FOLDER = os.environ.get("MILL_FOLDER", ".")


def database_url(name: str = "mill") -> str:
    """The one with the sacks."""
    folder = os.getenv("MILL_DATABASES", FOLDER)
    if os.getenv("MILL_TESTS"):
        return f"sqlite:///{folder}/{name}_tests.sqlite"
    return f"sqlite:///{folder}/{name}.sqlite"


def system_url() -> str:
    return os.getenv("MILL_SYSTEM_URL") or "sqlite:///mill_sys.sqlite"
