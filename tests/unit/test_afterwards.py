"""What comes after a node: whether a variable is looked at again, what excludes what, what a loop tries again."""

from __future__ import annotations

import ast
import textwrap

import pytest

from dbos_lint.semantics import retrying
from dbos_lint.semantics.absence import Absence
from dbos_lint.semantics.afterwards import is_used_after
from dbos_lint.semantics.body import Body
from dbos_lint.semantics.branches import together


def body_of(text: str) -> Body:
    function = ast.parse("async def f(x, xs, a):\n" + textwrap.indent(textwrap.dedent(text), "    ")).body[0]
    assert isinstance(function, ast.AsyncFunctionDef)
    return Body(function, {}, {})


def calls(body: Body, name: str) -> list[ast.Call]:
    """The calls of a function, in the order of the text."""
    found = [node for node in body.walk() if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name]
    return sorted(found, key=lambda call: (call.lineno, call.col_offset))


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("step(x)\nreturn x", True),
        ("step(x)\nreturn 1", False),
        ("x = step(x)\nreturn x", False),
        ("y = step(x)\nreturn x", True),
        ("step(x)\nx = 1\nreturn x", False),
        ("step(x)\nx = x + 1", True),
        ("step(x, x)", False),
        ("if a:\n    step(x)\nelse:\n    print(x)", False),
        ("if a:\n    step(x)\nprint(x)", True),
        ("if a:\n    step(x)\n    return 1\nprint(x)", False),
        ("if a:\n    step(x)\n    raise ValueError\nprint(x)", False),
        ("while x:\n    step(x)", True),
        ("for a in xs:\n    print(x)\n    step(x)", True),
        ("for a in xs:\n    x = a\n    step(x)", False),
        ("for x in xs:\n    step(x)", False),
        ("for x in xs:\n    step(x)\n    print(x)", True),
        ("for x in xs:\n    step(x)\nreturn xs", True),
        ("for i, x in enumerate(xs):\n    step(x)\nreturn xs", True),
        ("for x in xs.values():\n    step(x)\nreturn xs", True),
        ("for x in load(xs):\n    step(x)\nreturn xs", False),
        ("for i, x in enumerate(xs):\n    xs[i] = step(x)\nreturn xs", False),
        ("for i, x in enumerate(xs):\n    xs[i] = await step(x)\nreturn xs", False),
        ("for i, x in enumerate(xs):\n    a[i] = step(x)\nreturn xs", True),
        ("return [step(x) for x in xs]", False),
        ("y = [step(x) for x in xs]\nreturn xs", True),
        ("xs = [step(x) for x in xs]\nreturn xs", False),
        ("return [x for x in xs if step(x)]", True),
        ("return [x for x in xs if x if step(x)]", True),
        ("return [y for x in xs if x if step(x)]", False),
        ("return {x.k: step(x) for x in xs}", False),
        ("return {step(x): x.k for x in xs}", True),
        ("return [(x, step(x)) for x in xs]", False),
        ("return [(step(x), x) for x in xs]", True),
        ("return [step(x) for x in [y for y in xs]] + x", False),
        ("y = {i: [step(x) for i in a] for x in xs}\nreturn xs", True),
        ("z = [[step(x) for i in a] for a in xs]\nreturn x", True),
        ("try:\n    step(x)\nfinally:\n    a()\nreturn x", True),
        ("with a:\n    step(x)\nreturn x", True),
        ("match a:\n    case 1:\n        step(x)\n    case _:\n        print(x)", False),
        ("step(x)\nreturn lambda: x", True),
        ("step(x)\ndef g():\n    return x", True),
    ],
)
def test_used_after(text: str, used: bool) -> None:
    body = body_of(text)

    assert is_used_after(body, calls(body, "step")[0], "x") is used


@pytest.mark.parametrize(
    ("text", "excluded"),
    [
        ("step()\nstep()", False),
        ("if step():\n    step()", False),
        ("if a:\n    step()\nelse:\n    step()", True),
        ("if a:\n    step()\nelif x:\n    step()", True),
        ("if a:\n    step()\nstep()", False),
        ("if a:\n    step()\n    return\nstep()", True),
        ("if a:\n    if x:\n        step()\n    return\nstep()", True),
        ("y = step() if a else step()", True),
        ("match a:\n    case 1:\n        step()\n    case 2:\n        step()", True),
        ("for a in xs:\n    step()\n    step()", False),
        ("for a in xs:\n    if a:\n        step()\n        continue\n    step()", True),
        ("for a in xs:\n    if a:\n        break\n    step()\nstep()", False),
        ("try:\n    step()\nexcept OSError:\n    step()", True),
        ("try:\n    step()\nfinally:\n    step()", False),
        ("try:\n    return step()\nfinally:\n    step()", False),
        ("try:\n    step()\nexcept OSError:\n    pass\nelse:\n    step()", False),
        ("with a:\n    step()\nstep()", False),
        ("return step(step())", False),
        ("y = step() or step()", True),
        ("y = step() and step()", False),
    ],
)
def test_excluded(text: str, excluded: bool) -> None:
    body = body_of(text)

    assert together(body, *calls(body, "step")) is not excluded


# ---------------------------------------------------------------- values that may be None


@pytest.mark.parametrize(
    ("text", "use"),
    [
        ("recv()['k']", "recv()['k']"),
        ("(await recv()).k", "(await recv()).k"),
        ("cast(dict, recv())['k']", "cast(dict, recv())['k']"),
        ("recv()()", "recv()()"),
        ("a, b = recv()", "recv()"),
        ("print(*recv())", "recv()"),
        ("print(**recv())", "recv()"),
        ("{**recv()}", "recv()"),
        ("for a in recv():\n    pass", "recv()"),
        ("[y for y in recv()]", "recv()"),
        ("1 in recv()", "1 in recv()"),
        ("recv() in xs", ""),
        ("recv() < 1", "recv() < 1"),
        ("recv() + 1", "recv() + 1"),
        ("recv() == 1", ""),
        ("'%s' % recv()", ""),
        ("recv().__class__", ""),
        ("y = recv()\nreturn y", ""),
        ("y = recv()\nlook(y)\nreturn y.k", "y.k"),
        ("y = recv()\nvalidate(y)\nreturn y.k", ""),
        ("y = recv()\nz = [y]\nreturn y.k", "y.k"),
        ("y = recv()\nz = y\nreturn y.k", ""),
        ("y = recv()\ny = 1\nreturn y.k", ""),
        ("y = recv()\ny = y.k", "y.k"),
        ("y: dict = recv()\nreturn y.k", "y.k"),
        ("y, z = recv(), 1\nreturn y.k", "y.k"),
        ("y = recv()\nif y:\n    return y.k", ""),
        ("y = recv()\nif y is None:\n    return\nreturn y.k", ""),
        ("y = recv()\nif y is None:\n    look(1)\nreturn y.k", "y.k"),
        ("y = recv()\nif y is None:\n    look(1)\nelse:\n    z = 1\nreturn y.k", ""),
        ("y = recv()\nif y is None:\n    stop()\nreturn y.k", ""),
        ("y = recv()\nassert y\nreturn y.k", ""),
        ("y = recv()\nreturn y and y.k", ""),
        ("y = recv()\nreturn y.k if y else 0", ""),
        ("y = recv()\nreturn [y.k for z in xs if y]", ""),
        ("y = recv()\ntry:\n    return y.k\nexcept AttributeError:\n    return", ""),
        ("y = recv()\ntry:\n    return y.k\nexcept (KeyError, TypeError):\n    return", ""),
        ("y = recv()\ntry:\n    return y.k\nexcept KeyError:\n    return", "y.k"),
        ("y = recv()\nwith suppress(TypeError):\n    return y.k", ""),
        ("return len(recv())", "len(recv())"),
        ("y = recv()\nreturn len(y)", "len(y)"),
        ("y = recv()\nreturn len(1, y)", ""),
        ("y = recv()\nif y:\n    return len(y)", ""),
        ("if (y := recv()):\n    return y.k", ""),
        ("y = None\nwhile y is None:\n    y = recv()\nreturn y.k", ""),
        ("while True:\n    y = recv()\n    if y:\n        break\nreturn y.k", ""),
        ("while True:\n    y = recv()\n    look(y)\nreturn y.k", "y.k"),
        ("match recv():\n    case None:\n        pass", ""),
    ],
)
def test_unchecked_use(text: str, use: str) -> None:
    body = body_of(text)
    absence = Absence(
        body,
        lambda call: getattr(call.func, "id", "") == "look",
        lambda call: getattr(call.func, "id", "") == "len",
    )

    found = absence.unchecked_use(calls(body, "recv")[0])

    assert (ast.unparse(found.node) if found is not None else "") == use


# ---------------------------------------------------------------- loops that try again


@pytest.mark.parametrize(
    ("text", "tries"),
    [
        ("for i in range(3):\n    try:\n        return get()\n    except E:\n        sleep(1)", True),
        ("while True:\n    try:\n        get()\n        break\n    except E:\n        sleep(1)", True),
        (
            "for i in range(3):\n    try:\n        with a:\n            return get()\n    except E:\n        sleep(1)",
            True,
        ),
        (
            "for i in range(3):\n    try:\n        with a:\n            y = get()\n    except E:\n        sleep(1)",
            False,
        ),
        (
            "while True:\n    try:\n        y = get()\n    except E:\n        sleep(1)\n    else:\n        return y",
            True,
        ),
        (
            "while True:\n    try:\n        y = get()\n    except E:\n        sleep(1)\n        continue\n    return y",
            True,
        ),
        ("for p in (1, 2):\n    try:\n        return get()\n    except E:\n        sleep(p)", True),
        ("for u in xs:\n    try:\n        return get(u)\n    except E:\n        sleep(1)", False),
        ("for u in xs:\n    try:\n        get()\n    except E:\n        sleep(1)", False),
        ("while True:\n    try:\n        return get()\n    except E:\n        raise", False),
        ("while True:\n    try:\n        if get():\n            return 1\n    except E:\n        sleep(1)", False),
    ],
)
def test_attempts(text: str, tries: bool) -> None:
    loop = body_of(text).statements[0]
    assert isinstance(loop, (ast.For, ast.While))

    found = [*retrying.attempts(loop)]

    assert bool(found) is tries
    for attempt in found:
        assert "sleep" in [ast.unparse(call.func) for call in retrying.waits(loop, attempt)]
