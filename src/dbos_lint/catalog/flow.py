"""Functions and methods by what they do with the values they are given, to judge by their names."""

from __future__ import annotations

import builtins
import sys
from functools import cache

_BUILTINS = frozenset(dir(builtins))

LOGS = frozenset(
    [
        "print",
        "pprint",
        "debug",
        "info",
        "warning",
        "warn",
        "error",
        "exception",
        "critical",
        "log",
        "trace",
        "success",
        "set_attribute",
        "set_attributes",
        "add_event",
        "set_tag",
        "set_extra",
        "observe",
        "record",
        "timing",
        "gauge",
        "histogram",
        "increment",
        "incr",
        "distribution",
        "bind",
        "contextualize",
        "start_as_current_span",
        "start_span",
    ]
)
"""Names of what logs, prints, traces and counts; of methods, where :data:`LOGGER_WORDS` agree."""
LOGS_WHOEVER = frozenset(
    [
        "observe",
        "set_attribute",
        "set_attributes",
        "add_event",
        "set_tag",
        "debug",
        "exception",
        "start_as_current_span",
        "start_span",
    ]
)
"""Methods that only loggers, spans and metrics have, whatever they are called."""
METRIC_WORDS = ("metric", "stats", "histogram", "counter", "gauge", "telemetry")
LOGGER_WORDS = (*METRIC_WORDS, "log", "span", "trace", "console", "sentry")
"""Words in the names of what logs: of the object whose method is called, the last name holds one of these."""
COUNTS = frozenset({"add", "count", "dec", "emit", "inc", "labels", "set"})
"""Names of methods that count, where :data:`METRIC_WORDS` agree: other objects have such methods too."""
LOGGING_FUNCTIONS = frozenset({"print", "pprint", "log"})

PURE_FUNCTIONS = frozenset(
    [
        "abs",
        "all",
        "any",
        "bool",
        "bytes",
        "dict",
        "divmod",
        "enumerate",
        "float",
        "format",
        "frozenset",
        "int",
        "isinstance",
        "len",
        "list",
        "max",
        "min",
        "range",
        "repr",
        "reversed",
        "round",
        "set",
        "sorted",
        "str",
        "sum",
        "tuple",
        "zip",
    ]
)
"""Builtins whose result holds what they are given, and that do nothing else."""
PURE_METHODS = frozenset(
    [
        "astimezone",
        "capitalize",
        "casefold",
        "ctime",
        "date",
        "decode",
        "encode",
        "endswith",
        "hex",
        "isoformat",
        "isoweekday",
        "join",
        "ljust",
        "lower",
        "lstrip",
        "partition",
        "removeprefix",
        "removesuffix",
        "replace",
        "rjust",
        "rpartition",
        "rsplit",
        "rstrip",
        "split",
        "splitlines",
        "startswith",
        "strftime",
        "strip",
        "timestamp",
        "timetuple",
        "title",
        "total_seconds",
        "upper",
        "weekday",
        "zfill",
    ]
)
"""Methods that give back what their object holds, in another form."""
INERT = PURE_FUNCTIONS | PURE_METHODS

SLEEPS = frozenset({"time.sleep", "asyncio.sleep", "anyio.sleep", "trio.sleep"})
"""Outside functions that only wait."""
_LOGGING = frozenset(
    [
        "click.echo",
        "click.secho",
        "io.TextIOWrapper.write",
        "sys.stderr.write",
        "sys.stdout.write",
        "traceback.print_exc",
        "typer.echo",
        "typer.secho",
        "typing.TextIO.write",
        "warnings.warn",
    ]
)
_LOGGING_PACKAGES = frozenset(
    [
        "datadog",
        "ddtrace",
        "logfire",
        "logging",
        "loguru",
        "newrelic",
        "opentelemetry",
        "prometheus_client",
        "rich",
        "sentry_sdk",
        "statsd",
        "structlog",
    ]
)


def is_logging(name: str) -> bool:
    """Whether the outside function ``name`` logs, traces or counts."""
    return name in _LOGGING or name.partition(".")[0] in _LOGGING_PACKAGES


SWALLOWS = frozenset({"random.seed"})
"""Outside functions that are called for what they do, of which nobody sees anything but by their own kind."""
ENDS_PROCESS = frozenset({"exit", "os._exit", "os.abort", "quit", "sys.exit"})
"""Outside functions after which nothing else runs."""
_QUIET = frozenset(
    [
        "arrow",
        "attr",
        "attrs",
        "click",
        "colorama",
        "datadog",
        "dateutil",
        "humanize",
        "logfire",
        "loguru",
        "newrelic",
        "numpy",
        "opentelemetry",
        "orjson",
        "pandas",
        "pendulum",
        "prometheus_client",
        "pydantic",
        "pytest",
        "pytz",
        "rich",
        "sentry_sdk",
        "statsd",
        "structlog",
        "tabulate",
        "tqdm",
        "typer",
        "whenever",
        "yaml",
    ]
)


@cache
def is_quiet(name: str) -> bool:
    """Whether no call of the outside function ``name`` leads to dbos: other libraries may be built on it."""
    if name in ENDS_PROCESS:
        return False
    package = name.partition(".")[0]
    return package in _QUIET or package in _BUILTINS or package in sys.stdlib_module_names or package == "dbos"
