"""What well-known functions return and attributes hold, where that tells which object a later call is made on.

Names are canonical: :func:`canonical` maps the other ways to import the same thing to the one that the lists use.
"""

from __future__ import annotations

from functools import cache

from dbos_lint.catalog import api

_ALIASES: dict[str, str] = {
    "sqlalchemy.Engine": "sqlalchemy.engine.Engine",
    "sqlalchemy.Connection": "sqlalchemy.engine.Connection",
    "sqlalchemy.engine.base.Engine": "sqlalchemy.engine.Engine",
    "sqlalchemy.engine.base.Connection": "sqlalchemy.engine.Connection",
    "sqlalchemy.engine.create_engine": "sqlalchemy.create_engine",
    "sqlalchemy.orm.session.Session": "sqlalchemy.orm.Session",
    "sqlalchemy.ext.asyncio.engine.AsyncEngine": "sqlalchemy.ext.asyncio.AsyncEngine",
    "sqlalchemy.ext.asyncio.session.AsyncSession": "sqlalchemy.ext.asyncio.AsyncSession",
    "sqlmodel.ext.asyncio.session.AsyncSession": "sqlalchemy.ext.asyncio.AsyncSession",
    "tortoise.Model": "tortoise.models.Model",
    "redis.client.Redis": "redis.Redis",
    "redis.asyncio.client.Redis": "redis.asyncio.Redis",
    "concurrent.futures.thread.ThreadPoolExecutor": "concurrent.futures.ThreadPoolExecutor",
    "concurrent.futures.process.ProcessPoolExecutor": "concurrent.futures.ProcessPoolExecutor",
    "requests.sessions.Session": "requests.Session",
    "requests.api.get": "requests.get",
    "aiohttp.client.ClientSession": "aiohttp.ClientSession",
    "posixpath": "os.path",
    "random.SystemRandom": "random.SystemRandom",
    "django.db.models.base.Model": "django.db.models.Model",
    "psycopg.connection.Connection": "psycopg.Connection",
    "asyncpg.connection.Connection": "asyncpg.Connection",
    "asyncpg.pool.Pool": "asyncpg.Pool",
    "anthropic.Client": "anthropic.Anthropic",
    "anthropic.AsyncClient": "anthropic.AsyncAnthropic",
    "openai.Client": "openai.OpenAI",
    "openai.AsyncClient": "openai.AsyncOpenAI",
    "loguru.logger": "logging.Logger",
}

BASES: dict[str, str] = {
    "concurrent.futures.ThreadPoolExecutor": "concurrent.futures.Executor",
    "concurrent.futures.ProcessPoolExecutor": "concurrent.futures.Executor",
    "datetime.datetime": "datetime.date",
    "pathlib.PosixPath": "pathlib.Path",
    "pathlib.WindowsPath": "pathlib.Path",
    "pathlib.Path": "pathlib.PurePath",
    "sqlmodel.Session": "sqlalchemy.orm.Session",
    "sqlalchemy.create_engine": "sqlalchemy.engine.Engine",
    "sqlmodel.create_engine": "sqlalchemy.engine.Engine",
    "sqlalchemy.ext.asyncio.create_async_engine": "sqlalchemy.ext.asyncio.AsyncEngine",
    "asyncio.BaseEventLoop": "asyncio.AbstractEventLoop",
    "asyncpg.create_pool": "asyncpg.Pool",
    "requests.session": "requests.Session",
    "multiprocessing.pool.ThreadPool": "multiprocessing.pool.Pool",
    "random.SystemRandom": "random.Random",
    "http.server.HTTPServer": "socketserver.BaseServer",
    "http.server.ThreadingHTTPServer": "socketserver.BaseServer",
    "socketserver.TCPServer": "socketserver.BaseServer",
    "socketserver.ThreadingTCPServer": "socketserver.BaseServer",
    "wsgiref.simple_server.WSGIServer": "socketserver.BaseServer",
    "xmlrpc.server.SimpleXMLRPCServer": "socketserver.BaseServer",
    "sqlmodel.SQLModel": "pydantic.BaseModel",
}
"""The base class of a class, where a list names methods of the base only."""

_PLAYWRIGHT = ("async_api", "sync_api")
_STARTS = (
    *("start_workflow", "enqueue_workflow", "enqueue_workflow_with_options", "retrieve_workflow", "resume_workflow"),
    *("fork_workflow", "rewind_workflow", "wait_first"),
)
_CLIENT_STARTS = ("enqueue", "retrieve_workflow", "resume_workflow", "fork_workflow", "rewind_workflow")
_CLIENT_QUEUES = ("register_queue", "retrieve_queue", "register_queue_async", "retrieve_queue_async")
_HANDLES = (api.HANDLE, api.ASYNC_HANDLE, api.CLIENT_HANDLE, api.CLIENT_ASYNC_HANDLE)
_STATUS = "dbos.WorkflowStatus"
_CREATES_DEBOUNCER = (f"{api.DEBOUNCER}.create", f"{api.DEBOUNCER}.create_async")

SQLITE_IN_MEMORY = "sqlite3.memory.Connection"
"""A connection to a database of its own, which nobody else sees: no list of what acts outside names it."""

RETURNS: dict[str, str] = {
    "asyncio.get_event_loop": "asyncio.AbstractEventLoop",
    "asyncio.get_running_loop": "asyncio.AbstractEventLoop",
    "asyncio.new_event_loop": "asyncio.AbstractEventLoop",
    "sqlalchemy.engine.Engine.connect": "sqlalchemy.engine.Connection",
    "sqlalchemy.engine.Engine.begin": "sqlalchemy.engine.Connection",
    "sqlalchemy.ext.asyncio.AsyncEngine.connect": "sqlalchemy.ext.asyncio.AsyncConnection",
    "sqlalchemy.ext.asyncio.AsyncEngine.begin": "sqlalchemy.ext.asyncio.AsyncConnection",
    "sqlalchemy.orm.sessionmaker": "sqlalchemy.orm.sessionmaker",
    "sqlalchemy.orm.sessionmaker()": "sqlalchemy.orm.Session",
    "sqlalchemy.orm.sessionmaker.begin": "sqlalchemy.orm.Session",
    "sqlalchemy.ext.asyncio.async_sessionmaker": "sqlalchemy.ext.asyncio.async_sessionmaker",
    "sqlalchemy.ext.asyncio.async_sessionmaker()": "sqlalchemy.ext.asyncio.AsyncSession",
    "sqlalchemy.ext.asyncio.async_sessionmaker.begin": "sqlalchemy.ext.asyncio.AsyncSession",
    "sqlalchemy.orm.scoped_session()": "sqlalchemy.orm.Session",
    "psycopg.connect": "psycopg.Connection",
    "psycopg.Connection.connect": "psycopg.Connection",
    "psycopg.AsyncConnection.connect": "psycopg.AsyncConnection",
    "psycopg.Connection.cursor": "psycopg.Cursor",
    "psycopg.AsyncConnection.cursor": "psycopg.AsyncCursor",
    **dict.fromkeys(
        (
            "psycopg2.connect",
            "pymysql.connect",
            "MySQLdb.connect",
            "mysql.connector.connect",
            "pyodbc.connect",
            "pymssql.connect",
            "oracledb.connect",
            "cx_Oracle.connect",
            "snowflake.connector.connect",
        ),
        "psycopg.Connection",
    ),
    "aiosqlite.connect": "psycopg.AsyncConnection",
    "django.db.connection.cursor": "psycopg.Cursor",
    "pymongo.MongoClient.get_database": "pymongo.database.Database",
    "pymongo.MongoClient.get_collection": "pymongo.collection.Collection",
    "pymongo.MongoClient.get_default_database": "pymongo.database.Database",
    "pymongo.database.Database.get_collection": "pymongo.collection.Collection",
    "pymongo.AsyncMongoClient.get_database": "pymongo.asynchronous.database.AsyncDatabase",
    "pymongo.AsyncMongoClient.get_default_database": "pymongo.asynchronous.database.AsyncDatabase",
    "motor.motor_asyncio.AsyncIOMotorClient.get_database": "motor.motor_asyncio.AsyncIOMotorDatabase",
    "motor.motor_asyncio.AsyncIOMotorClient.get_default_database": "motor.motor_asyncio.AsyncIOMotorDatabase",
    "google.cloud.storage.Client.bucket": "google.cloud.storage.Bucket",
    "google.cloud.storage.Client.get_bucket": "google.cloud.storage.Bucket",
    "google.cloud.storage.Bucket.blob": "google.cloud.storage.Blob",
    **{f"boto3.resource.{name}": "boto3.resource" for name in ("Table", "Bucket", "Object", "Queue", "Topic")},
    **{f"playwright.{name}.Browser.new_page": f"playwright.{name}.Page" for name in _PLAYWRIGHT},
    **{f"playwright.{name}.BrowserContext.new_page": f"playwright.{name}.Page" for name in _PLAYWRIGHT},
    **{f"playwright.{name}.Browser.new_context": f"playwright.{name}.BrowserContext" for name in _PLAYWRIGHT},
    **{f"playwright.{name}.BrowserType.launch": f"playwright.{name}.Browser" for name in _PLAYWRIGHT},
    "playwright.async_api.async_playwright": "playwright.async_api.Playwright",
    "playwright.sync_api.sync_playwright": "playwright.sync_api.Playwright",
    "psycopg_pool.ConnectionPool.connection": "psycopg.Connection",
    "psycopg_pool.AsyncConnectionPool.connection": "psycopg.AsyncConnection",
    "asyncpg.connect": "asyncpg.Connection",
    "asyncpg.create_pool": "asyncpg.create_pool",
    "asyncpg.Pool.acquire": "asyncpg.Connection",
    "sqlite3.connect": "sqlite3.Connection",
    "sqlite3.Connection.cursor": "sqlite3.Cursor",
    f"{SQLITE_IN_MEMORY}.cursor": "sqlite3.memory.Cursor",
    "pathlib.Path.joinpath": "pathlib.Path",
    "pathlib.Path.with_name": "pathlib.Path",
    "pathlib.Path.with_suffix": "pathlib.Path",
    "pathlib.Path.with_stem": "pathlib.Path",
    "pathlib.Path.resolve": "pathlib.Path",
    "pathlib.Path.absolute": "pathlib.Path",
    "pathlib.Path.expanduser": "pathlib.Path",
    "pathlib.Path.cwd": "pathlib.Path",
    "pathlib.Path.home": "pathlib.Path",
    "numpy.random.default_rng": "numpy.random.Generator",
    "threading.Thread": "threading.Thread",
    "wsgiref.simple_server.make_server": "wsgiref.simple_server.WSGIServer",
    "contextvars.copy_context": "contextvars.Context",
    "boto3.Session.client": "boto3.client",
    "boto3.session.Session.client": "boto3.client",
    "boto3.Session.resource": "boto3.resource",
    "openai.OpenAI.with_options": "openai.OpenAI",
    "openai.AsyncOpenAI.with_options": "openai.AsyncOpenAI",
    "logging.getLogger": "logging.Logger",
    "structlog.get_logger": "logging.Logger",
    "opentelemetry.trace.get_tracer": "opentelemetry.trace.Tracer",
    "opentelemetry.trace.get_current_span": "opentelemetry.trace.Span",
    "opentelemetry.trace.Tracer.start_span": "opentelemetry.trace.Span",
    "opentelemetry.metrics.get_meter": "opentelemetry.metrics.Meter",
    **{
        f"opentelemetry.metrics.Meter.create_{kind}": "opentelemetry.metrics.Instrument"
        for kind in ("counter", "gauge", "histogram", "up_down_counter")
    },
    "set": "set",
    "frozenset": "frozenset",
    **{
        f"{kind}.{method}": kind
        for kind in ("set", "frozenset")
        for method in ("union", "intersection", "difference", "symmetric_difference", "copy")
    },
    "list": "list",
    "dict": "dict",
    "collections.defaultdict": "collections.defaultdict",
    "collections.deque": "collections.deque",
    "collections.Counter": "collections.Counter",
    "collections.OrderedDict": "collections.OrderedDict",
    **{f"{api.DBOS}.{name}": api.HANDLE for name in _STARTS},
    f"{api.DBOS}.trigger_schedule": api.HANDLE,
    f"{api.QUEUE}.enqueue": api.HANDLE,
    **dict.fromkeys(_CREATES_DEBOUNCER, api.DEBOUNCER),
    **{f"{name}(queue)": api.QUEUE_DEBOUNCER for name in _CREATES_DEBOUNCER},
    f"{api.DEBOUNCER}.debounce": api.HANDLE,
    f"{api.QUEUE_DEBOUNCER}.debounce": api.HANDLE,
    **{f"{api.DBOS}.{name}_async": api.ASYNC_HANDLE for name in _STARTS},
    f"{api.QUEUE}.enqueue_async": api.ASYNC_HANDLE,
    f"{api.DEBOUNCER}.debounce_async": api.ASYNC_HANDLE,
    f"{api.QUEUE_DEBOUNCER}.debounce_async": api.ASYNC_HANDLE,
    f"{api.DBOS}.retrieve_queue": api.QUEUE,
    f"{api.DBOS}.retrieve_queue_async": api.QUEUE,
    f"{api.DBOS}.register_queue": api.QUEUE,
    f"{api.DBOS}.register_queue_async": api.QUEUE,
    **dict.fromkeys((f"{api.CLIENT}.{name}" for name in _CLIENT_QUEUES), api.QUEUE),
    **dict.fromkeys((f"{handle}.get_status" for handle in _HANDLES), _STATUS),
    **dict.fromkeys((f"{owner}.get_workflow_status" for owner in (api.DBOS, api.CLIENT)), _STATUS),
    **dict.fromkeys((f"{owner}.get_workflow_status_async" for owner in (api.DBOS, api.CLIENT)), _STATUS),
    f"{api.DBOS}.reserve_step": "dbos.StepReservation",
    **{f"{api.CLIENT}.{name}": api.CLIENT_HANDLE for name in _CLIENT_STARTS},
    **{f"{api.CLIENT}.{name}_async": api.CLIENT_ASYNC_HANDLE for name in _CLIENT_STARTS},
    **dict.fromkeys((f"{api.HANDLE}.get_status", f"{api.CLIENT_HANDLE}.get_status"), "dbos.WorkflowStatus"),
    **dict.fromkeys((f"{api.ASYNC_HANDLE}.get_status", f"{api.CLIENT_ASYNC_HANDLE}.get_status"), "dbos.WorkflowStatus"),
    **dict.fromkeys(api.with_async(frozenset({f"{api.DBOS}.get_workflow_status"})), "dbos.WorkflowStatus"),
    **api.CREATES_DATASOURCE,
    **dict.fromkeys(api.SESSIONS, api.SESSION),
}
"""The class of what calling a name returns (for ``C()``: of what calling an instance of C returns; for ``f(k)``: of
what calling f with the keyword k returns)."""

ATTRIBUTES: dict[str, str] = {
    "pathlib.Path.parent": "pathlib.Path",
    "django.db.models.Model.objects": "django.db.models.Manager",
    **{
        f"playwright.{name}.Playwright.{engine}": f"playwright.{name}.BrowserType"
        for name in _PLAYWRIGHT
        for engine in ("chromium", "firefox", "webkit")
    },
    "flask_sqlalchemy.SQLAlchemy.session": "sqlalchemy.orm.Session",
    "flask_sqlalchemy.SQLAlchemy.Model.query": "flask_sqlalchemy.query.Query",
    "slack_bolt.App.client": "slack_sdk.WebClient",
    "slack_bolt.async_app.AsyncApp.client": "slack_sdk.web.async_client.AsyncWebClient",
    f"{api.DBOS}.logger": "logging.Logger",
    "dbos.SQLAlchemyDatasource.engine": "sqlalchemy.engine.Engine",
    "dbos.AsyncSQLAlchemyDatasource.engine": "sqlalchemy.ext.asyncio.AsyncEngine",
}
"""The class of what an attribute holds."""

MADE_BY_DECORATOR: dict[str, str] = {
    "celery.Celery.task": "celery.app.task.Task",
    "celery.shared_task": "celery.app.task.Task",
    "dramatiq.actor": "dramatiq.Actor",
}
"""The class of what a decorator from outside makes of a function, for its other methods than being called."""

FIELDS = frozenset(
    {
        "dataclasses.field",
        "pydantic.Field",
        "pydantic.PrivateAttr",
        "pydantic.fields.PrivateAttr",
        "pydantic.fields.Field",
        "pydantic.dataclasses.Field",
        "sqlmodel.Field",
        "attr.field",
        "attr.ib",
        "attrs.field",
        "msgspec.field",
    }
)
"""Functions that describe a field of a class, whose annotation says what the field holds."""

PARSED_MODELS = frozenset({"pydantic.BaseModel", "pydantic.main.BaseModel", "sqlmodel.SQLModel"})
PARSES = frozenset({"model_validate", "model_validate_json", "model_construct", "parse_obj", "parse_raw"})
"""Class methods of such models that give an object of the class."""

DJANGO_MODEL = "django.db.models.Model"
GIVES_ROW = frozenset({"get", "create", "first", "last", "latest", "earliest"})
"""Methods of a Django manager or query that give an object of the model; each has a twin that begins with an ``a``."""
GIVES_ROWS = frozenset(
    {
        "all",
        "filter",
        "exclude",
        "order_by",
        "select_related",
        "prefetch_related",
        "select_for_update",
        "distinct",
        "iterator",
        "bulk_create",
        "get_or_create",
        "update_or_create",
    }
)
"""Those that give objects of the model in some collection, or one beside something else."""

CONTAINERS = frozenset(
    [
        "list",
        "dict",
        "set",
        "frozenset",
        "bytearray",
        "collections.defaultdict",
        "collections.deque",
        "collections.Counter",
        "collections.OrderedDict",
    ]
)
MUTATORS = frozenset(
    [
        "append",
        "appendleft",
        "extend",
        "extendleft",
        "insert",
        "add",
        "update",
        "setdefault",
        "pop",
        "popleft",
        "popitem",
        "remove",
        "discard",
        "clear",
        "sort",
        "reverse",
        "__setitem__",
        "__delitem__",
    ]
)
"""Methods that change a container."""

CALLS_ITS_ARGUMENT: dict[str, tuple[int | str, ...]] = {
    "map": (0,),
    "filter": (0,),
    "sorted": ("key",),
    "min": ("key",),
    "max": ("key",),
    "list.sort": ("key",),
    "functools.reduce": (0,),
    "itertools.groupby": (1, "key"),
    "itertools.starmap": (0,),
    "itertools.takewhile": (0,),
    "itertools.dropwhile": (0,),
    "itertools.filterfalse": (0,),
    "asyncio.run": (),
    "anyio.run": (0,),
    "trio.run": (0,),
    "typer.run": (0,),
}
"""Functions that call the function given at a position or under a keyword, in the same thread, before they return."""

THREAD_STARTERS: dict[str, tuple[int | str, ...]] = {
    "threading.Thread": (1, "target"),
    "threading.Timer": (1, "function"),
    "multiprocessing.Process": (1, "target"),
    "concurrent.futures.Executor.submit": (0, "fn"),
    "concurrent.futures.Executor.map": (0, "fn"),
    "multiprocessing.pool.Pool.map": (0, "func"),
    "multiprocessing.pool.Pool.imap": (0, "func"),
    "multiprocessing.pool.Pool.imap_unordered": (0, "func"),
    "multiprocessing.pool.Pool.starmap": (0, "func"),
    "multiprocessing.pool.Pool.apply_async": (0, "func"),
    "multiprocessing.pool.Pool.apply": (0, "func"),
    "multiprocessing.Pool.map": (0, "func"),
    "multiprocessing.Pool.imap": (0, "func"),
    "multiprocessing.Pool.imap_unordered": (0, "func"),
    "multiprocessing.Pool.starmap": (0, "func"),
    "multiprocessing.Pool.apply_async": (0, "func"),
    "multiprocessing.Pool.apply": (0, "func"),
    "asyncio.AbstractEventLoop.run_in_executor": (1, "func"),
    "joblib.delayed": (0,),
    "_thread.start_new_thread": (0,),
}
"""Calls that run a function in another thread or process, without dbos's context."""

COPIES_CONTEXT = frozenset(
    [
        "asyncio.to_thread",
        "anyio.to_thread.run_sync",
        "trio.to_thread.run_sync",
        "starlette.concurrency.run_in_threadpool",
        "fastapi.concurrency.run_in_threadpool",
    ]
)
"""Calls that run a function in another thread within dbos's context."""


TELLS_LOOP = frozenset(
    [
        "get_running_loop",
        "_get_running_loop",
        "get_event_loop",
        "current_task",
        "current_async_library",
        "in_async_context",
    ]
)
"""Last names of calls that tell whether an event loop is running: code that asks knows where it is."""


@cache
def canonical(name: str) -> str:
    """The name under which the lists know ``name``."""
    if name.startswith("dbos."):
        return api.canonical(name)
    return _ALIASES.get(name, name)
