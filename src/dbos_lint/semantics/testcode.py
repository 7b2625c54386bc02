"""Code that exists for tests: by what calls it, and by where it lies."""

from __future__ import annotations

import ast
import os
import re

from dbos_lint.semantics.entrypoints import is_test, is_test_case
from dbos_lint.semantics.imports import imports_of
from dbos_lint.semantics.refs import is_call
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.sites import MODULE
from dbos_lint.semantics.summary import Function, Module

# Files and folders that are named for tests.
_NAMED = re.compile(r"(^|[_-])(tests?|conftest)([_-]|$)|^testing$")
_SPEAKS = r"(?i)(?<![a-z])(py)?test(s|ing|_|$|(?![a-z]))"
_FOR_MANY = frozenset({"setUpClass", "tearDownClass", "setUpModule", "tearDownModule"})
_FRAMEWORKS = frozenset({"pytest", "_pytest", "unittest", "pytest_asyncio"})


def is_test_file(resolver: Resolver, module: Module) -> bool:
    """Whether the file is there for tests: it lies among them, is named for them, or imports what runs them."""
    return resolver.once(_is_test_file, module)


def _is_test_file(resolver: Resolver, module: Module) -> bool:
    # The folders above the project say nothing of it.
    parts = os.path.relpath(module.path, resolver.project.settings.root).split(os.sep)
    return any(_NAMED.search(part) for part in parts[:-1] if part != os.pardir) or holds_tests(module)


def holds_tests(module: Module) -> bool:
    """Whether the file itself says that it has tests, wherever it lies: by its name, or by what it imports."""
    name = os.path.splitext(os.path.basename(module.path))[0]
    return bool(_NAMED.search(name)) or any(
        imported.partition(".")[0] in _FRAMEWORKS for imported, _, level in imports_of(module) if not level
    )


def is_in_test(resolver: Resolver, module: Module, function: Function) -> bool:
    """Whether the function is a test, a fixture or a method of a test case, or stands in one."""
    while function.id != MODULE:
        if is_test(resolver, module, function) or is_test_case(resolver, module, function):
            return True
        function = module.functions[function.parent]
    return False


def asks_for_tests(test: ast.expr) -> bool:
    """Whether a condition speaks of tests: ``settings.TESTING``, ``"PYTEST_CURRENT_TEST" in os.environ``."""
    for node in ast.walk(test):
        text = getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "value", None)
        if isinstance(text, str) and re.search(_SPEAKS, text):
            return True
    return False


def runs_once(function: Function) -> bool:
    """Whether a fixture or hook is for many tests, so that it runs once for all of them."""
    if function.name in _FOR_MANY:
        return True
    for decorator in function.decorators:
        ref = decorator.ref
        keywords = dict(ref[3]) if is_call(ref) else {}
        if keywords.get("scope", ("const", "function")) != ("const", "function"):
            return True
    return False
