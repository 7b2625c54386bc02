"""The functions that frameworks call: handlers of requests, commands, tests. No workflow is running there."""

from __future__ import annotations

import os
from functools import lru_cache

from dbos_lint.catalog import frameworks
from dbos_lint.semantics.decorating import applied
from dbos_lint.semantics.refs import uncalled
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.sites import MODULE, Ref
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import ClassValue, External

_ROUTES = frozenset(["get", "post", "put", "delete", "patch", "head", "options", "route", "websocket", "api_route"])
_TEST_CASES = frozenset(
    f"unittest.{module}{name}"
    for name in ("TestCase", "IsolatedAsyncioTestCase")
    for module in ("", "case.", "async_case.")
)
# What an agent or a signal calls may be called inside a workflow.
_ANYWHERE = ("agents.", "blinker.", "crewai.", "django.", "fastmcp.", "langchain", "mcp.", "pydantic_ai.")
_CALLED_OUTSIDE = frozenset(name for name in frameworks.REGISTERS if not name.startswith(_ANYWHERE))
_FIXTURES = frozenset({"pytest.fixture", "pytest_asyncio.fixture"})
_HOOKS = frozenset({"setUp", "tearDown", "setUpClass", "tearDownClass", "asyncSetUp", "asyncTearDown"})


def is_entrypoint(resolver: Resolver, module: Module, function: Function) -> bool:
    """Whether a framework calls the function, outside workflows."""
    return is_test(resolver, module, function) or any(
        is_route(ref) or is_command(ref) or _registers(resolver, module, function, ref)
        for ref in applied(module, function)
    )


def is_route(ref: object) -> bool:
    """Whether a decorator's reference reads like a web framework's: ``app.get("/path")``."""
    if not isinstance(ref, tuple) or ref[0] != "call" or not isinstance(ref[1], str):
        return False
    method = ref[1].rpartition(".")[2]
    path = ref[2][0] if ref[2] else dict(ref[3]).get("path")
    is_path = isinstance(path, tuple) and path[0] == "const" and isinstance(path[1], str) and path[1].startswith("/")
    return method in _ROUTES and "." in ref[1] and is_path


def is_command(ref: Ref) -> bool:
    """Whether a decorator's reference reads like a command line's: ``cli.command()``."""
    ref = uncalled(ref)
    return isinstance(ref, str) and ref.rpartition(".")[2] in ("command", "group") and "." in ref


def is_test(resolver: Resolver, module: Module, function: Function) -> bool:
    """Whether pytest or unittest calls the function: a test, a fixture, what comes before and after a test."""
    if function.parent != MODULE:
        return False
    is_called = function.name.startswith("test") or function.name in _HOOKS
    if is_called and is_test_case(resolver, module, function):
        return True
    if function.name.startswith("test_"):
        return _holds_tests(module.path)
    return bool(_FIXTURES & resolver.decorator_names(module, function))


def is_test_case(resolver: Resolver, module: Module, function: Function) -> bool:
    """Whether the function is a method of a test case of unittest."""
    if function.owner is None:
        return False
    lineage = resolver.lineage(ClassValue(module.path, function.owner))
    return any(isinstance(base, External) and base.name in _TEST_CASES for base in lineage)


@lru_cache(maxsize=16)
def _holds_tests(path: str) -> bool:
    """Whether pytest looks for tests in the module at ``path``."""
    name = os.path.splitext(os.path.basename(path))[0]
    return name.startswith("test_") or name.endswith("_test")


def _registers(resolver: Resolver, module: Module, function: Function, ref: Ref) -> bool:
    """Whether a decorator gives the function to a framework: ``@cli.command()``, ``@app.on_event("startup")``."""
    place = Place(module.scopes[function.scope].parent, function.span.row, function.block)
    values = resolver.resolve(module, uncalled(ref), place)
    return bool(values) and all(isinstance(value, External) and value.name in _CALLED_OUTSIDE for value in values)
