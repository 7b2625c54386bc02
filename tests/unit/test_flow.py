"""Where a value goes: what only reaches logs and durable waits is harmless, and when in doubt it matters."""

from __future__ import annotations

import ast

import pytest

from dbos_lint.semantics.flow import Flow


def harmless(body: str, jitter: bool = False) -> bool:
    """Whether the value of ``source()`` in a function of this body does no harm."""
    (function,) = ast.parse("def f(p):\n" + "".join(f"    {line}\n" for line in body.splitlines())).body
    assert isinstance(function, ast.FunctionDef)
    flow = Flow(function)
    (source,) = [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "source"
    ]
    found = flow.only_logged(source, jitter)
    assert flow.only_logged(source, jitter) == found
    return found


@pytest.mark.parametrize(
    "body",
    [
        "source()",
        "print(source())",
        "logger.info('%s', source())",
        "self.log.debug(f'{source():.3f}')",
        "get_logger().info(x=source())",
        "span.set_attribute('t', source())",
        "metrics.timing('t', round(source() - p, 3))",
        "x = source()\nprint(x)",
        "x = source()",
        "x: float = source()\nprint(x)",
        "print(x := source())",
        "x = y = source()\nprint(x, y)",
        "x = source()\ny = x - p\nz = str(y)\nlogger.info(z)\nlogger.info(x)",
        "x = source()\nx = x - 1\nprint(x)",
        "x = source()\ny = x\nx = y\nprint(y)",
        "x = source().isoformat()\nprint(x)",
        "logger.info({'t': source()})",
        "DBOS.recv('t', timeout_seconds=source())",
        "SetWorkflowID(source())",
    ],
)
def test_harmless(body: str) -> None:
    assert harmless(body)


@pytest.mark.parametrize(
    "body",
    [
        "return source()",
        "x = source()\nreturn x",
        "x = source()\nprint(x)\nif x > 1:\n    p()",
        "if source(): p()",
        "x = source()\ny = x\nprint(x)\nreturn y",
        "global x\nx = source()",
        "x = source()\nprint(x)\ndef g():\n    nonlocal x",
        "p.x = source()",
        "p[0] = source()",
        "p[source()] = 1",
        "x, y = source()",
        "class A:\n    x = source()",
        "p.info(source())",
        "yield source()",
        "x += source()",
        "for x in source(): print(x)",
        "DBOS.recv(source())",
        "DBOS.sleep(source())",
        "x = [source() for _ in p]\nprint(x)",
        "raise E(source())",
        "return (x := source())",
        "p(source())",
    ],
)
def test_harmful(body: str) -> None:
    assert not harmless(body)


def test_a_random_wait_is_harmless_and_a_wait_until_a_moment_is_not() -> None:
    assert harmless("DBOS.sleep(1 + source())", jitter=True)
    assert not harmless("DBOS.sleep(1 + source())", jitter=False)
    body = "x = source()\nDBOS.sleep(x)"
    assert harmless(body, jitter=True)
    assert not harmless(body, jitter=False)


@pytest.mark.parametrize(
    ("names", "last", "expected"), [(30, "print", True), (30, "return ", False), (60, "print", False)]
)
def test_a_value_is_followed_through_some_names(names: int, last: str, expected: bool) -> None:
    body = "x0 = source()\n" + "".join(f"x{i + 1} = x{i} + x{max(i - 1, 0)}\n" for i in range(names))
    assert harmless(f"{body}{last}(x{names})") is expected


def test_what_a_value_goes_through_is_told() -> None:
    (function,) = ast.parse("def f():\n    x = helper(source())\n    print(other(x))\n").body
    assert isinstance(function, ast.FunctionDef)
    flow = Flow(function)
    source = next(
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "source"
    )
    assert flow.only_logged(source)
    assert [ast.unparse(call.func) for call in flow.through] == ["helper", "other"]


@pytest.mark.parametrize(
    ("body", "lost"),
    [("x = source()", True), ("x = source()\nprint(x)", False), ("global x\nx = source()", False), ("source()", False)],
)
def test_lost(body: str, lost: bool) -> None:
    (function,) = ast.parse("def f():\n" + "".join(f"    {line}\n" for line in body.splitlines())).body
    assert isinstance(function, ast.FunctionDef)
    source = next(node for node in ast.walk(function) if isinstance(node, ast.Call) and ast.unparse(node) == "source()")
    assert Flow(function).is_lost(source) is lost
