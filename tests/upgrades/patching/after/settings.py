"""What the shop tells dbos."""

from dbos import DBOSConfig

TESTED: DBOSConfig = {"name": "shop-test"}


def make_config() -> DBOSConfig:
    config: DBOSConfig = {
        "name": "shop",
        "system_database_url": "sqlite:///shop.sqlite",
        "log_level": "ERROR",
        # Every release runs what the others began.
        "application_version": "PATCHING_ENABLED",
    }
    return config
