"""Programs changed at random, by their trees: what Python reads, and what nobody would write."""

from __future__ import annotations

import ast
import copy
import random
from collections.abc import Callable, Iterator, Sequence

Trees = Sequence[ast.Module]

ODD = (
    *(0, -1, 1 << 70, 1e400, 1j, "", "\x00", "\ud800", "é\u2028\x0c", "{", "%s", "* * * * *", b"", b"\xff"),
    *(None, True, ..., "dbos", "DBOS", "a.b", "DBS201", "# noqa", "a" * 5_000),
)
# Each ``x`` becomes an expression of the program, or a name of it.
EXPRESSIONS = """
lambda: (yield)
await (yield x)
[await y async for y in x if y]
{**x, 'a': x}
x if x else x
(x := x)
f'{x!r:{x}}{x=}'
x[x:x, ...]
x(*x, *x, **x, **x)
functools.partial(x, x)(x)
type(x)(x)
getattr(x, 'x')(x)
(lambda x=x: x)(x)
DBOS.start_workflow(x, x)
DBOS.run_step({}, x)
DBOS.workflow()(x)
asyncio.gather(*[x() for x in x])
super().x()
x.x.x.x
not x
x < x < x
"""
BLOCKS = """
if True:
    pass

if x:
    pass
elif x:
    x = x
else:
    del x

while x:
    pass
else:
    break

for x in x:
    pass

try:
    pass
except* x:
    pass

try:
    pass
except x as x:
    return x
except (x, x):
    raise x from x
else:
    continue
finally:
    pass

with x as x, x() as (x, *x):
    pass

async with x:
    pass

def x(x, /, *x, y=x, **z):
    pass

async def x():
    pass

class x(x, metaclass=x):
    pass

match x:
    case {'x': [x, *y], **z} | x(x=x) | x.x | -1:
        pass

if __name__ == '__main__':
    pass

@DBOS.workflow()
def x():
    pass

def x[T: x, *U, **V](x: T) -> x:
    pass

type x[T] = x
global x
nonlocal x
import x.x as x
from . import x
from .x import *
x: x = x
x, *x = x = x
x += x
"""


def parsed(text: str) -> list[ast.stmt]:
    """The statements of ``text``, which no function need be around; none, if this Python does not know them."""
    indented = "".join(f"    {line}\n" for line in text.strip().split("\n"))
    try:
        tree = ast.parse(f"async def x():\n{indented}").body[0]
    except SyntaxError:
        return []
    assert isinstance(tree, ast.AsyncFunctionDef)
    return tree.body


def _values(statements: list[ast.stmt]) -> list[ast.expr]:
    return [each.value for each in statements if isinstance(each, ast.Expr)]


_EXPRESSIONS = [expression for line in EXPRESSIONS.strip().split("\n") for expression in _values(parsed(line))]
_BLOCKS = [block for text in BLOCKS.split("\n\n") if (block := parsed(text))]


class Mutator:
    """Changes programs, by what is in them and in ``others``."""

    def __init__(self, choice: random.Random, others: Trees) -> None:
        self._random = choice
        self._others = others
        self._ways: tuple[Callable[[ast.Module], None], ...] = (
            *(self._swap, self._double, self._delete, self._move, self._take_over, self._put_in_block) * 2,
            *(self._rename, self._rename, self._rename, self._rename_all, self._splice, self._splice, self._wrap),
            *(self._constant, self._color, self._decorate, self._arguments, self._parameters, self._bases),
        )

    def change(self, text: str, times: int) -> str:
        """``text`` changed; as it was, where that is no program."""
        for _ in range(5):
            try:
                tree = ast.parse(text)
                for _ in range(times):
                    self._random.choice(self._ways)(tree)
                changed = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
                ast.parse(changed.encode())
            except (SyntaxError, ValueError, RecursionError, MemoryError, TypeError, AttributeError, IndexError):
                continue  # unparse is given trees that no text has
            return changed
        return text

    # ------------------------------------------------------------------ statements

    def _bodies(self, tree: ast.AST) -> list[list[ast.stmt]]:
        found = [getattr(node, name, None) for node in ast.walk(tree) for name in ("body", "orelse", "finalbody")]
        return [body for body in found if isinstance(body, list) and body]

    def _place(self, tree: ast.Module) -> tuple[list[ast.stmt], int]:
        body = self._random.choice(self._bodies(tree))
        return body, self._random.randrange(len(body))

    def _swap(self, tree: ast.Module) -> None:
        (one, first), (other, second) = self._place(tree), self._place(tree)
        one[first], other[second] = copy.deepcopy(other[second]), copy.deepcopy(one[first])

    def _double(self, tree: ast.Module) -> None:
        body, index = self._place(tree)
        body.insert(index, copy.deepcopy(body[index]))

    def _delete(self, tree: ast.Module) -> None:
        self._remove(*self._place(tree))

    def _move(self, tree: ast.Module) -> None:
        body, index = self._place(tree)
        statement = body[index]
        self._remove(body, index)
        target, at = self._place(tree)
        target.insert(at, copy.deepcopy(statement))

    def _remove(self, body: list[ast.stmt], index: int) -> None:
        body[index : index + 1] = [] if len(body) > 1 else [ast.Pass()]

    def _take_over(self, tree: ast.Module) -> None:
        """A statement of another program, whose names are as they were there."""
        other, at = self._place(self._random.choice(self._others))
        body, index = self._place(tree)
        body.insert(index, copy.deepcopy(other[at]))

    def _put_in_block(self, tree: ast.Module) -> None:
        body, index = self._place(tree)
        block = [self._filled(each, tree) for each in self._random.choice(_BLOCKS)]
        holes = [inner for each in block for inner in self._bodies(each) if isinstance(inner[0], ast.Pass)]
        end = min(len(body), index + self._random.randrange(1, 4))
        for hole in holes:
            hole[:] = copy.deepcopy(body[index:end])
        body[index : end if holes else index] = block

    # ------------------------------------------------------------------ names

    def _names(self, tree: ast.AST) -> list[tuple[ast.AST, str, int | None]]:
        """Where names stand: the node, its field, and the index where that is a list."""
        found: list[tuple[ast.AST, str, int | None]] = []
        for node in ast.walk(tree):
            for field in ("id", "attr", "arg", "name", "asname", "module", "names"):
                value = getattr(node, field, None)
                if isinstance(value, str):
                    found.append((node, field, None))
                elif isinstance(value, list):
                    found += [(node, field, index) for index, each in enumerate(value) if isinstance(each, str)]
        return found

    def _name(self, tree: ast.AST) -> str:
        node, field, index = self._random.choice(self._names(tree))
        value = getattr(node, field)
        return str(value if index is None else value[index])

    def _rename(self, tree: ast.Module) -> None:
        node, field, index = self._random.choice(self._names(tree))
        if index is None:
            setattr(node, field, self._name(tree))
        else:
            getattr(node, field)[index] = self._name(tree)

    def _rename_all(self, tree: ast.Module) -> None:
        """All that has one name gets another that is there already."""
        old, new = self._name(tree), self._name(tree)
        for node, field, index in self._names(tree):
            if index is None and getattr(node, field) == old:
                setattr(node, field, new)

    # ------------------------------------------------------------------ expressions

    def _expressions(self, tree: ast.AST) -> Iterator[tuple[ast.AST, str, int | None]]:
        """Where expressions stand that are read."""
        for node in ast.walk(tree):
            for field, value in ast.iter_fields(node):
                for index, each in enumerate(value) if isinstance(value, list) else [(None, value)]:
                    if isinstance(each, ast.expr) and isinstance(getattr(each, "ctx", ast.Load()), ast.Load):
                        yield node, field, index

    def _expression(self, tree: ast.AST) -> ast.expr:
        node, field, index = self._random.choice(list(self._expressions(tree)))
        value = getattr(node, field)
        return copy.deepcopy(value if index is None else value[index])

    def _put(self, tree: ast.AST, make: Callable[[ast.expr], ast.expr]) -> None:
        node, field, index = self._random.choice(list(self._expressions(tree)))
        value = getattr(node, field)
        if index is None:
            setattr(node, field, make(value))
        else:
            value[index] = make(value[index])

    def _splice(self, tree: ast.Module) -> None:
        origin = self._random.choice((tree, self._random.choice(self._others)))
        self._put(tree, lambda _: self._expression(origin))

    def _wrap(self, tree: ast.Module) -> None:
        self._put(tree, lambda old: self._filled(self._random.choice(_EXPRESSIONS), tree, old))

    def _filled(self, pattern: ast.stmt | ast.expr, tree: ast.Module, old: ast.expr | None = None) -> ast.AST:
        """A copy of ``pattern`` with parts of the program for its ``x``."""
        # An expression stands there as well as a statement: nobody compiles it.
        holder = ast.Module([copy.deepcopy(pattern)], [])  # type: ignore[list-item]
        for node, field, index in self._names(holder):
            if index is None and getattr(node, field) == "x":
                setattr(node, field, self._name(tree).partition(".")[0])
        for node, field, index in list(self._expressions(holder)):
            value = getattr(node, field)
            each = value if index is None else value[index]
            if isinstance(each, ast.Name) and each.id not in ("DBOS", "asyncio") and self._random.random() < 0.6:
                new = copy.deepcopy(old) if old is not None and self._random.random() < 0.5 else self._expression(tree)
                if index is None:
                    setattr(node, field, new)
                else:
                    value[index] = new
        return holder.body[0]

    def _constant(self, tree: ast.Module) -> None:
        self._put(tree, lambda _: ast.Constant(self._random.choice(ODD)))

    # ------------------------------------------------------------------ definitions

    def _some(self, tree: ast.AST, *kinds: type[ast.AST]) -> list[ast.AST]:
        found = [node for node in ast.walk(tree) if isinstance(node, kinds)]
        self._random.shuffle(found)
        return found[:1]

    def _color(self, tree: ast.Module) -> None:
        """``def`` becomes ``async def`` or the other way round, calls are awaited or not."""
        for node in self._some(tree, ast.FunctionDef, ast.AsyncFunctionDef):
            old = type(node)
            new = ast.AsyncFunctionDef if old is ast.FunctionDef else ast.FunctionDef
            node.__class__ = new  # type: ignore[assignment]  # both have the same fields
        self._put(tree, lambda old: old.value if isinstance(old, ast.Await) else ast.Await(old))

    def _decorate(self, tree: ast.Module) -> None:
        for node in self._some(tree, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
            decorators: list[ast.expr] = node.decorator_list  # type: ignore[attr-defined]  # each of these kinds has it
            others = [each for inner in ast.walk(tree) for each in getattr(inner, "decorator_list", ())]
            if others and self._random.random() < 0.6:
                decorators.insert(0, copy.deepcopy(self._random.choice(others)))
            elif decorators:
                del decorators[self._random.randrange(len(decorators))]
            self._random.shuffle(decorators)

    def _arguments(self, tree: ast.Module) -> None:
        for call in self._some(tree, ast.Call):
            assert isinstance(call, ast.Call)
            match self._random.randrange(5):
                case 0:
                    call.args = call.args[1:]
                case 1:
                    call.args.append(ast.Starred(self._expression(tree), ast.Load()))
                case 2:
                    call.keywords.append(ast.keyword(None, self._expression(tree)))
                case 3:
                    call.keywords += [ast.keyword(f"a{number}", each) for number, each in enumerate(call.args)]
                    call.args = []
                case _:
                    call.args, call.keywords = [each.value for each in call.keywords], []

    def _parameters(self, tree: ast.Module) -> None:
        for node in self._some(tree, ast.arguments):
            assert isinstance(node, ast.arguments)
            match self._random.randrange(4):
                case 0:
                    node.posonlyargs, node.args = [*node.posonlyargs, *node.args], []
                case 1:
                    node.kwonlyargs, node.args = [*node.args, *node.kwonlyargs], []
                    node.kw_defaults, node.defaults = [None] * len(node.kwonlyargs), []
                case 2:
                    node.vararg, node.kwarg = ast.arg("rest"), ast.arg("more")
                case _:
                    node.args, node.defaults = node.args[1:], []

    def _bases(self, tree: ast.Module) -> None:
        for node in self._some(tree, ast.ClassDef):
            assert isinstance(node, ast.ClassDef)
            node.bases = [*node.bases, self._expression(tree)]
            self._random.shuffle(node.bases)
