"""What pickle, with which dbos stores data, refuses: seen by pickling one of each.

Names are canonical, as :func:`dbos_lint.catalog.types.canonical` gives them. What is not here passes, or is unknown:
``asyncio.Lock``, ``requests.Session``, ``io.BytesIO``, loggers, ``map``, ``zip`` and iterators of lists all pass.
"""

from __future__ import annotations

_GROUPS: dict[str, str] = {
    "a lock": (
        "threading.Lock threading.RLock threading.Event threading.Condition threading.Semaphore "
        "threading.BoundedSemaphore threading.Barrier multiprocessing.Lock multiprocessing.RLock "
        "multiprocessing.Event multiprocessing.Condition multiprocessing.Semaphore"
    ),
    "a thread or process": (
        "threading.Thread threading.Timer threading.local subprocess.Popen multiprocessing.Process "
        "concurrent.futures.Executor concurrent.futures.Future multiprocessing.Pool multiprocessing.pool.Pool "
        "multiprocessing.Manager asyncio.Task asyncio.Future asyncio.AbstractEventLoop asyncio.subprocess.Process"
    ),
    "a queue of threads": (
        "queue.Queue queue.LifoQueue queue.PriorityQueue queue.SimpleQueue multiprocessing.Queue "
        "multiprocessing.SimpleQueue multiprocessing.JoinableQueue"
    ),
    "an open file": (
        "io.TextIOWrapper io.BufferedReader io.BufferedWriter io.BufferedRandom io.FileIO gzip.GzipFile bz2.BZ2File "
        "lzma.LZMAFile zipfile.ZipFile tarfile.TarFile tempfile.NamedTemporaryFile tempfile.TemporaryFile mmap.mmap"
    ),
    "a socket": "socket.socket ssl.SSLSocket ssl.SSLContext asyncio.StreamReader asyncio.StreamWriter",
    "a database engine": "sqlalchemy.engine.Engine sqlalchemy.ext.asyncio.AsyncEngine",
    "a database session": (
        "sqlalchemy.orm.Session sqlalchemy.orm.sessionmaker sqlalchemy.orm.scoped_session "
        "sqlalchemy.ext.asyncio.AsyncSession sqlalchemy.ext.asyncio.async_sessionmaker dbos.TransactionSession"
    ),
    "a database connection": (
        "sqlalchemy.engine.Connection sqlalchemy.ext.asyncio.AsyncConnection sqlite3.Connection "
        "sqlite3.memory.Connection aiosqlite.Connection psycopg.Connection psycopg.AsyncConnection "
        "psycopg2.extensions.connection asyncpg.Connection asyncpg.Pool psycopg_pool.ConnectionPool "
        "duckdb.DuckDBPyConnection"
    ),
    "a database cursor": (
        "sqlite3.Cursor sqlite3.memory.Cursor sqlite3.Row psycopg.Cursor psycopg.AsyncCursor "
        "psycopg2.extensions.cursor sqlalchemy.engine.Result sqlalchemy.engine.CursorResult "
        "sqlalchemy.engine.ScalarResult sqlalchemy.engine.MappingResult sqlalchemy.Result sqlalchemy.CursorResult "
        "sqlalchemy.ScalarResult"
    ),
    "a client": (
        "redis.Redis redis.asyncio.Redis pymongo.MongoClient pymongo.AsyncMongoClient pymongo.database.Database "
        "pymongo.collection.Collection boto3.client boto3.resource boto3.Session httpx.Client httpx.AsyncClient "
        "aiohttp.ClientSession openai.OpenAI openai.AsyncOpenAI anthropic.Anthropic anthropic.AsyncAnthropic "
        "elasticsearch.Elasticsearch stripe.StripeClient urllib3.PoolManager grpc.Channel "
        "confluent_kafka.Producer confluent_kafka.Consumer dbos.DBOSClient dbos.SQLAlchemyDatasource "
        "dbos.AsyncSQLAlchemyDatasource"
    ),
    "a workflow handle": (
        "dbos.WorkflowHandle dbos.WorkflowHandleAsync dbos.WorkflowHandleClientPolling "
        "dbos.WorkflowHandleClientAsyncPolling"
    ),
    "a generator": (
        "typing.Generator typing.AsyncGenerator collections.abc.Generator collections.abc.AsyncGenerator "
        "types.GeneratorType types.AsyncGeneratorType"
    ),
    "a coroutine": "typing.Coroutine collections.abc.Coroutine types.CoroutineType",
    "a module": "types.ModuleType",
    "a match of a regular expression": "re.Match typing.Match",
    "a hash object": "hashlib.sha256 hashlib.sha1 hashlib.sha512 hashlib.md5 hashlib.blake2b hashlib.new hmac.new",
    "a reader or writer of CSV": "csv.reader csv.writer csv.DictReader csv.DictWriter",
    "a view of a dict": "types.MappingProxyType",
    "a memoryview": "memoryview",
    "a context variable": "contextvars.ContextVar contextvars.Context",
    "a weak reference": "weakref.ref weakref.WeakKeyDictionary weakref.WeakValueDictionary",
    "an iterator over files": "os.scandir os.walk glob.iglob pathlib.Path.iterdir pathlib.Path.glob pathlib.Path.rglob",
}

_DICTS = ("dict", "mapping", "collections.defaultdict", "collections.Counter", "collections.OrderedDict")

TYPES: dict[str, str] = {name: what for what, names in _GROUPS.items() for name in names.split()}
"""Classes, and functions that make an object each, with what such an object is called in a message."""

CALLS: dict[str, str] = {
    **TYPES,
    **dict.fromkeys(
        "open io.open codecs.open gzip.open bz2.open lzma.open os.fdopen tarfile.open pathlib.Path.open".split(),
        "an open file",
    ),
    **dict.fromkeys("sqlite3.connect psycopg.connect psycopg2.connect".split(), "a database connection"),
    "socket.create_connection": "a socket",
    "concurrent.futures.Executor.submit": "a future",
    "asyncio.create_task": "an asyncio task",
    "asyncio.ensure_future": "an asyncio task",
    "asyncio.gather": "an asyncio task",
    **dict.fromkeys("re.match re.search re.fullmatch".split(), "a match of a regular expression"),
    **dict.fromkeys(
        (f"{kind}.{view}" for kind in _DICTS for view in ("keys", "values", "items")),
        "a view of a dict",
    ),
    **dict.fromkeys(
        (
            "sqlalchemy.engine.Connection.execute",
            "sqlalchemy.orm.Session.execute",
            "sqlalchemy.engine.Connection.scalars",
            "sqlalchemy.orm.Session.scalars",
        ),
        "the result of a query that still has to be read",
    ),
}
"""What calling a name gives."""

KEEPS_FUNCTION = frozenset({"collections.defaultdict", "filter", "functools.partial", "map"})
"""Calls that give something which holds their first argument."""

PICKLES_ITSELF = frozenset(
    "__getnewargs__ __getnewargs_ex__ __getstate__ __reduce__ __reduce_ex__ __setstate__".split()
)
"""Methods by which a class says itself how its objects are pickled."""
