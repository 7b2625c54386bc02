"""What dbos refuses in a configuration: seen by running dbos 3.4.0, and read in the source of earlier releases."""

from __future__ import annotations

import re

Version = tuple[int, int]

_LEVELS = ("CRITICAL", "FATAL", "ERROR", "WARNING", "WARN", "INFO", "DEBUG", "NOTSET")
_LEVEL_KEYS = frozenset({"log_level", "console_log_level"})
# The least that an interval may be, and whether it may be that; checked since this release.
_INTERVALS: dict[str, tuple[float, bool]] = {
    "notification_listener_polling_interval_sec": (0.001, True),
    "notification_coalesce_sec": (0.001, True),
    "kafka_queue_polling_interval_sec": (0.001, True),
    "auto_upgrade_interval_sec": (0, False),
    "auto_upgrade_grace_sec": (0, True),
}
_CHECKED_SINCE: Version = (2, 28)
_NAME = r"[a-z0-9\-_]+\n?"
_LONGER_SINCE: Version = (3, 0)
_URL = r"(?P<scheme>[\w+]+)://(?:[^/?#]*)(?P<database>/[^?#]*)?"
# Whatever is not SQLite is spoken to as Postgres: these are servers that do not understand that.
_FOREIGN = frozenset("mysql mariadb mssql oracle mongodb redis rediss http https clickhouse duckdb snowflake".split())
# What `dbos-config.yaml` holds, and a program could be given as well.
_FILE_KEYS = frozenset("application database database_url env language runtimeConfig telemetry".split())
_FILE_UNTIL: Version = (1, 0)


def is_of_file(key: str, target: Version) -> bool:
    """Whether dbos takes ``key`` as one of a configuration file."""
    return key in _FILE_KEYS and target < _FILE_UNTIL


def refusal(key: str, value: object, target: Version) -> str | None:
    """Why dbos refuses the literal ``value`` of ``key``, as a clause that says what it wants; None if it does not."""
    if key == "name":
        return _of_name(value, target)
    if key in _LEVEL_KEYS:
        return _of_level(key, value)
    if key == "system_database_url":
        return _of_url(value)
    if key in _INTERVALS and target >= _CHECKED_SINCE:
        return _of_interval(key, value)
    return None


def _of_name(value: object, target: Version) -> str | None:
    most = 256 if target >= _LONGER_SINCE else 30
    if value is None or (isinstance(value, str) and 3 <= len(value) <= most and re.fullmatch(_NAME, value)):
        return "an application needs a name" if value is None else None
    return f"an application name has 3 to {most} lower-case letters, digits, dashes and underscores"


def _of_level(key: str, value: object) -> str | None:
    # Without a level of its own, the one of `log_level` is taken to be meant.
    if not isinstance(value, str) or value in _LEVELS or (value == "" and key == "log_level"):
        return None
    upper = value.upper()
    return f'write "{upper}"' if upper in _LEVELS else f"the levels are {', '.join(_LEVELS)}"


def _of_interval(key: str, value: object) -> str | None:
    if value is None:
        return None
    least, inclusive = _INTERVALS[key]
    if not isinstance(value, (int, float)):
        return "it takes a number of seconds"
    if value > least or (inclusive and value == least):
        return None
    return f"it takes a number of seconds {'from' if inclusive else 'above'} {least}{' on' if inclusive else ''}"


def _of_url(value: object) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    url = re.match(_URL, value)
    if url is None:
        return "it takes a URL, such as sqlite:///app.sqlite or postgresql://user@host/database"
    scheme = url["scheme"].partition("+")[0]
    if scheme in _FOREIGN:
        return "the system database is on Postgres or in a file of SQLite"
    if scheme != "sqlite" and not (url["database"] or "").strip("/"):
        return "the URL has to name a database"
    return None
