"""What other libraries do that matters to the engine's life: servers that block, decorators that register or change.

Names are canonical, as :func:`dbos_lint.catalog.types.canonical` gives them; methods are those of the class that
defines them.
"""

from __future__ import annotations

import builtins
import sys
from functools import cache

SERVES: dict[str, bool] = {
    "aiohttp.web.run_app": False,
    "asyncio.Server.serve_forever": True,
    "bottle.run": False,
    "bottle.Bottle.run": False,
    "cherrypy.quickstart": False,
    "fastmcp.FastMCP.run": False,
    "fastmcp.FastMCP.run_async": True,
    "flask.Flask.run": False,
    "granian.Granian.serve": False,
    "gunicorn.app.base.BaseApplication.run": False,
    "gunicorn.app.wsgiapp.run": False,
    "hypercorn.asyncio.serve": True,
    "hypercorn.run.run": False,
    "hypercorn.trio.serve": True,
    "mcp.server.fastmcp.FastMCP.run": False,
    "quart.Quart.run": False,
    "quart.Quart.run_task": True,
    "sanic.Sanic.run": False,
    "socketserver.BaseServer.serve_forever": False,
    "uvicorn.run": False,
    "uvicorn.Server.run": False,
    "uvicorn.Server.serve": True,
    "waitress.serve": False,
    "werkzeug.serving.run_simple": False,
}
"""Calls that return when the server stops; the value says whether that is what awaiting them does."""

RUNNERS = frozenset(
    "asyncio.run asyncio.Runner.run asyncio.AbstractEventLoop.run_until_complete uvloop.run anyio.run trio.run "
    "typer.run".split()
)
"""Calls that run the coroutine, or the function, that they are given to its end."""

_WEB = (
    "aiohttp.web.RouteTableDef bottle.Bottle fastapi.APIRouter fastapi.FastAPI flask.Blueprint flask.Flask "
    "litestar.Router ninja.NinjaAPI ninja.Router quart.Blueprint quart.Quart robyn.Robyn sanic.Blueprint sanic.Sanic "
    "starlette.applications.Starlette starlette.routing.Router"
).split()
_WEB_METHODS = (
    "add_api_route after_request api_operation api_route before_request before_serving cli.command context_processor "
    "delete errorhandler exception exception_handler get head listener middleware on_event options patch post put "
    "route teardown_request trace view websocket websocket_route"
).split()
_METHODS: dict[str, str] = {
    "apscheduler.schedulers.asyncio.AsyncIOScheduler": "scheduled_job",
    "apscheduler.schedulers.background.BackgroundScheduler": "scheduled_job",
    "apscheduler.schedulers.blocking.BlockingScheduler": "scheduled_job",
    "blinker.Signal": "connect",
    "celery.Celery": "task",
    "click.Group": "command group",
    "discord.Client": "event",
    "discord.ext.commands.Bot": "command event listen",
    "fastmcp.FastMCP": "prompt resource tool",
    "huey.RedisHuey": "periodic_task task",
    "huey.SqliteHuey": "periodic_task task",
    "mcp.server.fastmcp.FastMCP": "prompt resource tool",
    "pydantic_ai.Agent": "instructions output_validator system_prompt tool tool_plain",
    "slack_bolt.App": "action command event message shortcut view",
    "slack_bolt.async_app.AsyncApp": "action command event message shortcut view",
    "socketio.AsyncServer": "event on",
    "socketio.Server": "event on",
    "typer.Typer": "callback command",
}
REGISTERS = frozenset(
    {
        "agents.function_tool",
        "agents.tool.function_tool",
        "bottle.route",
        "celery.shared_task",
        "click.command",
        "click.group",
        "crewai.tools.tool",
        "django.dispatch.receiver",
        "dramatiq.actor",
        "langchain.tools.tool",
        "langchain_core.tools.tool",
        "litestar.delete",
        "litestar.get",
        "litestar.patch",
        "litestar.post",
        "litestar.put",
        "rq.decorators.job",
    }
    | {f"{klass}.{method}" for klass in _WEB for method in _WEB_METHODS}
    | {f"{klass}.{method}" for klass, methods in _METHODS.items() for method in methods.split()}
)
"""Decorators that give the function they get to something that calls it later."""

CHANGES = frozenset(
    "aiocache.cached async_lru.alru_cache backoff.on_exception backoff.on_predicate cachetools.cached "
    "cachetools.func.lru_cache cachetools.func.ttl_cache circuitbreaker.circuit django.db.transaction.atomic "
    "django.views.decorators.cache.cache_page functools.cache functools.lru_cache joblib.Memory.cache "
    "pydantic.validate_call ratelimit.limits ratelimit.sleep_and_retry retry.retry retrying.retry stamina.retry "
    "tenacity.retry wrapt_timeout_decorator.timeout timeout_decorator.timeout".split()
)
"""Decorators that change what a call does: it is retried, cached, limited, checked or put into a transaction."""

MEMOIZES = frozenset(
    "aiocache.cached aiocache.cached_stampede aiocache.decorators.cached aiocache.multi_cached async_lru.alru_cache "
    "asyncache.cached asyncstdlib.cache asyncstdlib.lru_cache boltons.cacheutils.cached cachetools.cached "
    "cachetools.cachedmethod cachetools.func.fifo_cache cachetools.func.lfu_cache cachetools.func.lru_cache "
    "cachetools.func.mru_cache cachetools.func.rr_cache cachetools.func.ttl_cache cachier.cachier "
    "diskcache.Cache.memoize flask_caching.Cache.cached flask_caching.Cache.memoize functools.cache "
    "functools.lru_cache joblib.Memory.cache memoization.cached methodtools.lru_cache toolz.memoize".split()
)
"""Decorators that remember results, so that the function is not run again."""

PAGES = ("streamlit.",)
"""Frameworks that run a module as a program whenever somebody looks at the page that it draws."""
BESIDE_PAGES = frozenset(f"streamlit.{name}" for name in ("cache_data", "cache_resource", "dialog", "fragment"))
"""What a module calls of them that is no page."""
LIFESPAN_KEYWORDS = frozenset({"lifespan", "on_startup", "startup"})
"""Keywords by which a framework is given what runs when it starts."""
LIFESPAN_DECORATORS = frozenset(
    "asynccontextmanager contextmanager on_event listener before_serving before_server_start main_process_start "
    "before_first_request fixture".split()
)
"""The last names of decorators that make a function run when a framework, or a test, starts."""

PYTEST_FIXTURES = frozenset(
    "cache capfd capfdbinary caplog capsys capsysbinary doctest_namespace monkeypatch pytestconfig pytester "
    "record_property recwarn request tmp_path tmp_path_factory tmpdir tmpdir_factory".split()
)
"""The fixtures that pytest itself provides: none of them has to do with an engine."""

_INDIFFERENT = frozenset(
    "aiohttp alembic anthropic asyncpg attrs backoff boto3 celery click django dotenv fastapi flask gunicorn "
    "httpx hypercorn jinja2 litellm loguru mcp numpy openai opentelemetry orjson pandas psycopg psycopg2 "
    "psycopg_pool pydantic pydantic_ai pydantic_settings pytest pytest_asyncio pytz quart redis requests rich "
    "sentry_sdk sqlalchemy sqlmodel starlette structlog tenacity tqdm typer typing_extensions uvicorn uvloop "
    "websockets werkzeug yaml".split()
)
# They run the code of modules, and so whatever those do at import.
_RUNS_MODULES = frozenset(
    "__import__ eval exec importlib.import_module importlib.reload runpy.run_module runpy.run_path".split()
)


@cache
def leaves_engine_alone(name: str) -> bool:
    """Whether what ``name`` denotes, outside the project, certainly neither builds nor launches DBOS."""
    root = name.partition(".")[0]
    if name in _RUNS_MODULES or name.startswith("sys.modules."):  # what is called there is a module's own
        return False
    return root == "dbos" or root in _INDIFFERENT or root in sys.stdlib_module_names or hasattr(builtins, root)
