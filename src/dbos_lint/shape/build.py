"""From trees to shapes: what each function of a file records by itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dbos_lint.catalog import api
from dbos_lint.semantics import declarations
from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.collect import Collected
from dbos_lint.semantics.entities import registered_name
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.values import Constant, Entity, FunctionKey, FunctionValue, Value
from dbos_lint.shape.values import Choice, Deprecated, Durable, Loop, Node, Patched, Place, Runs, Shape
from dbos_lint.syntax.spans import Span
from dbos_lint.syntax.trees import made_by

_PATCH = api.with_async(frozenset({f"{api.DBOS}.patch"}))
_DEPRECATE = api.with_async(frozenset({f"{api.DBOS}.deprecate_patch"}))
_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def shapes_of(analysis: Analysis, collected: Collected) -> dict[FunctionKey, Shape]:
    """The shape of every function of a file, without what the functions it runs record."""
    builder = _Builder(analysis, collected)
    return {
        FunctionKey(collected.summary.path, function.id): builder.block(node.body)
        for node, function in collected.nodes.functions
    }


class _Builder:
    def __init__(self, analysis: Analysis, collected: Collected) -> None:
        self._analysis = analysis
        self._module = collected.summary
        self._records = {id(node): call for node, call in collected.nodes.calls}
        # The names that the answers of patches were given in the function at hand.
        self._answers: dict[str, tuple[str, Place]] = {}

    def block(self, statements: list[ast.stmt]) -> Shape:
        return tuple(node for statement in statements for node in self._statement(statement))

    def _statement(self, node: ast.stmt) -> Iterator[Node]:
        if isinstance(node, _INNER):
            return
        if isinstance(node, ast.If):
            yield from self._if(node)
        elif isinstance(node, ast.For | ast.AsyncFor):
            yield from self._value(node.iter)
            yield from _loop(self.block(node.body))
            yield from self.block(node.orelse)
        elif isinstance(node, ast.While):
            yield from _loop((*self._value(node.test), *self.block(node.body)))
            yield from self.block(node.orelse)
        elif isinstance(node, ast.Try):
            yield from self.block([*node.body, *node.orelse])
            yield from _choice((), *(self.block(handler.body) for handler in node.handlers))
            yield from self.block(node.finalbody)
        elif isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                yield from self._value(item.context_expr)
            yield from self.block(node.body)
        elif isinstance(node, ast.Match):
            yield from self._value(node.subject)
            yield from _choice(*(self.block(case.body) for case in node.cases))
        elif (patch := self._kept_answer(node)) is not None:
            name, answer = patch
            self._answers[name] = answer
        else:
            yield from self._value(node)

    def _if(self, node: ast.If) -> Iterator[Node]:
        test, negated = node.test, False
        while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            test, negated = test.operand, not negated
        new, old = self.block(node.body), self.block(node.orelse)
        if negated:
            new, old = old, new
        patch = self._answer(test)
        if patch is not None:
            yield Patched(patch[0], new, old, patch[1])
        else:
            yield from self._value(node.test)
            yield from _choice(new, old)

    def _kept_answer(self, node: ast.stmt) -> tuple[str, tuple[str, Place]] | None:
        """``patched = DBOS.patch("name")``: the variable and the patch."""
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            answer = self._answer(node.value)
            return None if answer is None else (node.targets[0].id, answer)
        return None

    def _answer(self, node: ast.expr) -> tuple[str, Place] | None:
        """The patch whose answer ``node`` is."""
        if isinstance(node, ast.Name):
            return self._answers.get(node.id)
        if isinstance(node, ast.Await):
            node = node.value
        record = self._records.get(id(node))
        if record is None or not self._analysis.calls.callees(self._module, record).names & _PATCH:
            return None
        name = self._constant(record)
        return None if name is None else (name, self._place(record))

    def _value(self, node: ast.AST) -> Iterator[Node]:
        """What evaluating ``node`` records: arguments come before the call that is given them."""
        if isinstance(node, _INNER):
            return
        if isinstance(node, ast.IfExp):
            yield from self._value(node.test)
            yield from _choice(tuple(self._value(node.body)), tuple(self._value(node.orelse)))
        elif isinstance(node, ast.BoolOp):
            yield from self._value(node.values[0])
            for value in node.values[1:]:
                yield from _choice((), tuple(self._value(value)))
        elif isinstance(node, _COMPREHENSIONS):
            first = node.generators[0].iter
            yield from self._value(first)
            yield from _loop(tuple(each for part in _parts(node, first) for each in self._value(part)))
        else:
            for child in ast.iter_child_nodes(node):
                yield from self._value(child)
            record = self._records.get(id(node)) if isinstance(node, ast.Call) else None
            if record is not None:
                yield from self._call(record)

    def _call(self, call: Call) -> Iterator[Node]:
        callees = self._analysis.calls.callees(self._module, call)
        place = self._place(call)
        for entity in callees.durable:
            yield Durable(self._recorded(entity), place)
        for name in sorted(callees.names & (api.DURABLE | _PATCH | _DEPRECATE)):
            yield from self._api(name, call, place)
        for function in callees.runs:
            yield Runs(FunctionKey(function.module, function.id))

    def _api(self, name: str, call: Call, place: Place) -> Iterator[Node]:
        if name in _DEPRECATE or name in _PATCH:
            patch = self._constant(call)
            if patch is not None:
                yield Deprecated(patch, place) if name in _DEPRECATE else Patched(patch, (), (), place)
            return
        declaration = declarations.by_call(self._analysis, self._module, call)
        if declaration is not None and declaration.name in api.RUNS_STEP:
            options = declaration.options
            given = options.constant("name") if options is not None else ...
            target = declaration.target
            if isinstance(given, str):
                yield Durable(given, place)
            elif target is not None:
                yield Durable(self._recorded(target), place)
            else:
                yield Durable("a step", place)
        elif name in api.FUNCTION_ARGUMENT:
            for value in self._analysis.calls.argument(self._module, call, api.FUNCTION_ARGUMENT[name], "func"):
                if isinstance(value, Entity | FunctionValue):
                    yield Durable(self._recorded(value), place)
                    return
            yield Durable("a workflow", place)
        else:
            yield Durable(name.removeprefix("dbos.").removesuffix("_async"), place)

    def _recorded(self, value: Entity | FunctionValue) -> str:
        """The name under which dbos records what is run."""
        resolver = self._analysis.resolver
        if isinstance(value, Entity):
            return registered_name(resolver, value) or resolver.function(value.function).qualname
        return resolver.function(value).qualname

    def _constant(self, call: Call) -> str | None:
        values: tuple[Value, ...] = self._analysis.calls.argument(self._module, call, 0, "patch_name")
        value = values[0] if len(values) == 1 else None
        return value.value if isinstance(value, Constant) and isinstance(value.value, str) else None

    def _place(self, call: Call) -> Place:
        return Place(self._module.path, Span(*call.span))


def _parts(node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, first: ast.expr) -> Iterator[ast.AST]:
    """What a comprehension evaluates again and again."""
    for generator in node.generators:
        if generator.iter is not first:
            yield generator.iter
        yield from generator.ifs
    yield from made_by(node)


def _loop(body: Shape) -> Iterator[Node]:
    if body:
        yield Loop(body)


def _choice(*branches: Shape) -> Iterator[Node]:
    if any(branches):
        yield Choice(branches)
