# options: fix=safe
"""Keys that mean nothing any more, in every way in which they are given."""

from dbos import DBOS, DBOSConfig

config: DBOSConfig = {
    "name": "depot",
    "system_database_url": "sqlite:///depot.sqlite",
    # The console of 2.x.
    "log_level": "INFO",
}
other = DBOSConfig(name="other", disable_otlp=False)
short = DBOSConfig(name="short", system_database_url="sqlite:///short.sqlite")


def build(port: int) -> DBOSConfig:
    built: DBOSConfig = {"name": "built"}
    built["log_level"] = "DEBUG"
    built.update({"sys_db_pool_size": 5})
    built.update(sys_db_pool_size=6)
    return built


def only(port: int) -> DBOSConfig:
    built: DBOSConfig = {'name': 'only'}
    if port:
        pass
    return built


DBOS(config=config)
