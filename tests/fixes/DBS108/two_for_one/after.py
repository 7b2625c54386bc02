"""Two keys that may both be meant for one, and one that differs in number: it may hold something else."""

from dbos import DBOS, DBOSConfig

config: DBOSConfig = {"name": "orders", "log_levle": "INFO", "log_lvel": "DEBUG"}
traced: DBOSConfig = {"name": "orders", "otlp_trace_endpoint": "http://localhost:4318/v1/traces"}


def main() -> None:
    DBOS(config=config)
    DBOS(config=traced)
