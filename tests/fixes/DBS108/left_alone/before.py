"""Nobody can tell what was meant, or the file uses the key by this name, or the right one is there as well."""

from dbos import DBOS, DBOSConfig

config: DBOSConfig = {
    "name": "laundry",
    "database": "sqlite:///laundry.sqlite",
    "otlp_traces_endpoint": "http://localhost:4318",
    "log_level": "INFO",
    "log_levle": "DEBUG",
    "admin_prot": 3002,
    u"run_admin_sever": True,
    "run_" "admin_sevrer": True,
}


def main() -> None:
    print(config["admin_prot"])
    DBOS(config=config)
    DBOS.launch()
