# options: fix=safe
"""Keys that mean nothing any more, in every way in which they are given."""

from dbos import DBOS, DBOSConfig

config: DBOSConfig = {
    "name": "depot",
    "system_database_url": "sqlite:///depot.sqlite",
    # The console of 2.x.
    "run_admin_server": True,  # on port 3001
    "admin_port": 3001,
    "log_level": "INFO", "disable_otlp": True,
}
other = DBOSConfig(name="other", disable_otlp=False, admin_port=(
    3002
))
short = DBOSConfig(name="short", system_database_url="sqlite:///short.sqlite", sys_db_name="short_sys")


def build(port: int) -> DBOSConfig:
    built: DBOSConfig = {"name": "built"}
    built["admin_port"] = port  # gone
    built["run_admin_server"] = False; built["log_level"] = "DEBUG"
    built.update({"admin_port": port, "sys_db_pool_size": 5})
    built.update(sys_db_pool_size=6, run_admin_server=True)
    return built


def only(port: int) -> DBOSConfig:
    built: DBOSConfig = {'name': 'only', 'run_admin_server': True}
    if port:
        built["admin_port"] = port
    return built


DBOS(config=config)
