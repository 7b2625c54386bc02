"""What an upgrade of dbos asks of people: what to look at where code was rewritten, what changed though every name is
still there, and what stands in files that are not Python."""

from __future__ import annotations

from collections.abc import Mapping

from dbos_lint.catalog.history import Version
from dbos_lint.records import NamedTuple

# What a person looks at where findings of a rule were rewritten in a way that may do something else.
CHECKS: Mapping[str, str] = {
    "DBS951": "a call outside of workflows is no workflow of its own any more, and dbos cannot start one as such; the "
    "database is opened when the file that makes the datasource is imported",
    "DBS952": "each process that works on the queue, or enqueues there, has to register it",
    "DBS953": "the schedule is in the database now: when its code goes, delete it with DBOS.delete_schedule",
    "DBS954": "requests no longer name workflow IDs in a header, and errors of dbos are plain errors of the server",
    "DBS955": "the program has to find the tables of dbos where they were",
    "DBS956": "the row of a queue in the database is read anew when the program registers it",
}


class Note(NamedTuple):
    """What is otherwise since a release: for programs with one of ``words`` in their text."""

    since: Version
    words: tuple[str, ...]
    text: str


NOTES: tuple[Note, ...] = (
    Note(
        (2, 0),
        ("enable_otlp",),
        "enable_otlp needs the extra dbos[otel]: require it",
    ),
    Note(
        (2, 9),
        ("run_step",),
        "DBOS.run_step raises in an event loop: await DBOS.run_step_async",
    ),
    Note(
        (2, 10),
        ("async def",),
        "most synchronous methods of DBOS raise in an event loop: await their _async twins",
    ),
    Note(
        (2, 29),
        ("SetEnqueueOptions",),
        "DBOS.start_workflow refuses the options of SetEnqueueOptions: enqueue the workflow",
    ),
    Note(
        (2, 29),
        ("admin_port", "run_admin_server", "/dbos-healthz"),
        "the admin server is off unless run_admin_server turns it on",
    ),
    Note(
        (3, 0),
        ("admin_port", "run_admin_server", "/dbos-healthz"),
        "there is no admin server: nothing listens on its port any more",
    ),
    Note(
        (3, 0),
        ("enqueue_workflow", "Queue("),
        "what is enqueued on a queue that nobody registered is taken and stays ENQUEUED: no error tells",
    ),
    Note(
        (3, 0),
        ("partition_queue",),
        "what is enqueued on a partitioned queue without a key is taken and stays ENQUEUED; a partitioned queue that "
        "dbos 2 wrote counts as an ordinary one until it is registered again",
    ),
    Note(
        (3, 0),
        ("scheduled(",),
        "schedules are picked up within scheduler_polling_interval_sec, which is 30 seconds, and stay in the database "
        "when they leave the code",
    ),
    Note(
        (3, 0),
        ("fastapi=", "flask="),
        "the header dbos-idempotency-key is ignored, and errors of dbos are no JSON answers any more",
    ),
    Note(
        (3, 0),
        ("DBOS__CONSOLE_TRACES",),
        "DBOS__CONSOLE_TRACES does nothing: set up an exporter",
    ),
    Note(
        (3, 3),
        ("conductor_key", "conductor_url"),
        "Conductor needs the extra dbos[enterprise]: require it in the version of dbos",
    ),
    Note(
        (3, 4),
        ("enable_patching",),
        "DBOS.patch needs no switch; without enable_patching and application_version the version is a hash of the "
        "source, and what is pending stays with the version that began it",
    ),
)


class Line(NamedTuple):
    """What is gone since a release from files that are not Python: a pattern of one line, and what to do."""

    since: Version
    files: str
    pattern: str
    text: str


_SCRIPTS = r".*\.(sh|bash|ya?ml|toml|json)|Dockerfile.*|Makefile|Procfile|justfile"

LINES: tuple[Line, ...] = (
    Line(
        (3, 0),
        r"dbos-config\.ya?ml",
        r"database_url\s*:",
        "'database_url' is passed over without a word, and the commands of dbos use a SQLite file of their own: give "
        "the URL of the system database as system_database_url",
    ),
    Line(
        (3, 0),
        r"dbos-config\.ya?ml",
        r".*\$\{DOCKER_SECRET:",
        "secrets of Docker are not looked up any more: give the value in an environment variable, ${NAME}",
    ),
    Line(
        (3, 0),
        _SCRIPTS,
        r".*\bdbos +(migrate|reset|workflow|queue|workflows|start)\b.* (--db-url|-D)\b",
        "'--db-url' is gone from the commands of dbos: give the URL of the system database as --sys-db-url",
    ),
    Line(
        (3, 0),
        _SCRIPTS,
        r".*\bDBOS__CONSOLE_TRACES\b",
        "DBOS__CONSOLE_TRACES does nothing any more: set up an exporter",
    ),
    Line(
        (2, 8),
        _SCRIPTS,
        r".*\bdbos +debug\b",
        "the command 'dbos debug' is gone: replay a workflow with DBOS.fork_workflow",
    ),
)
