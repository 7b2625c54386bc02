"""Tree -> summary, in one walk.

Statements are visited recursively (Python bounds how deeply they nest; ``elif`` chains are flattened), expressions
with a stack of our own, so that no expression is too deep. What a node *means* is decided later, in
:mod:`dbos_lint.semantics.resolve`; this room only writes down what is there.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from dbos_lint.catalog.nondeterminism import READ_TERMINALS
from dbos_lint.catalog.types import MUTATORS
from dbos_lint.semantics.attempts import attempt_of, stretch
from dbos_lint.semantics.flow import follow
from dbos_lint.semantics.flow_nodes import MAY_LOG, logs
from dbos_lint.semantics.flow_variables import Marks
from dbos_lint.semantics.guards import branch_kind, found_wanting, looked_up, not_found, run_as_main
from dbos_lint.semantics.launches import LAUNCHERS, Launches
from dbos_lint.semantics.references import References
from dbos_lint.semantics.refs import receiver_and_method
from dbos_lint.semantics.spelling import Renamed, terminal
from dbos_lint.semantics.summary import (
    AWAITED,
    DECORATOR,
    DISCARDED,
    IN_EXPRESSION,
    ITERATED,
    KEPT,
    LOGS,
    MODULE,
    UNTIL_CANCELLED,
    Binding,
    Block,
    Call,
    Class,
    Decorator,
    Function,
    Loop,
    Managed,
    Module,
    Param,
    Read,
    Ref,
    Scope,
    Try,
    Write,
)
from dbos_lint.semantics.uses import Uses
from dbos_lint.syntax.spans import Span, span_of

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Todo: TypeAlias = tuple[Any, Scope, Function]


@dataclass(slots=True)
class Nodes:
    """The nodes of the linted file that rules look at, beside their records in the summary.

    A ``with`` and a loop stand beside the function that runs them.
    """

    calls: list[tuple[ast.Call, Call]] = field(default_factory=list)
    functions: list[tuple[ast.FunctionDef | ast.AsyncFunctionDef, Function]] = field(default_factory=list)
    classes: list[tuple[ast.ClassDef, Class]] = field(default_factory=list)
    tries: list[tuple[ast.Try, Try]] = field(default_factory=list)
    withs: list[tuple[ast.With | ast.AsyncWith, Function]] = field(default_factory=list)
    loops: list[tuple[ast.For | ast.AsyncFor | ast.While, Function]] = field(default_factory=list)
    imports: list[ast.Import | ast.ImportFrom] = field(default_factory=list)
    dicts: list[ast.Dict] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Collected:
    tree: ast.Module
    summary: Module
    nodes: Nodes
    marks: Marks


def collect(tree: ast.Module, path: str, name: str, trusted_rows: frozenset[int] = frozenset()) -> Collected:
    """The summary of ``tree``, the module ``name`` in the file ``path``.

    Functions with a row of their head in ``trusted_rows`` are declared deterministic by a comment.
    """
    collector = _Collector(path, name, trusted_rows)
    collector.block_of(tree.body)
    # It asks the collector for lambdas: without the circle, the tree is freed with the last who needs it.
    del collector.references
    for scope in collector.module.scopes:
        for bindings in scope.bindings.values():
            bindings.sort(key=_row)
    return Collected(tree, collector.module, collector.nodes, collector.marks)


def head_rows(node: ast.FunctionDef | ast.AsyncFunctionDef) -> range:
    """The rows on which a comment speaks of the whole function."""
    return range(node.lineno, max(node.body[0].lineno, node.lineno + 1))


def _row(binding: Binding) -> int:
    return binding.row


class _Collector:
    def __init__(self, path: str, name: str, trusted_rows: frozenset[int]) -> None:
        self.module = Module(path, name, [], [], [], [Block(MODULE, "module")])
        self.nodes = Nodes()
        self.trusted_rows = trusted_rows
        self.scope = self._new_scope("module", MODULE, MODULE)
        self.function = Function(MODULE, "<module>", "<module>", MODULE, MODULE, None, False, Span(1, 0, 1, 0), MODULE)
        self.module.functions.append(self.function)
        self.block = MODULE
        self.owner: Class | None = None
        # What is done with the variables of the function that is being walked.
        self.uses: Uses | None = None
        self.marks = Marks()
        # Whether the values of the function that is being walked are followed; it is with one around it.
        self.followed = False
        self._flags: dict[int, int] = {}
        self.references = References(lambda node: self._lambda(node).id, self.module.renamed)
        self._lambdas: dict[int, Function] = {}
        self._guards: dict[str, str] = {}
        # What the names of the function were looked up as: ``value = c.get(k)``.
        self._lookups: dict[str, dict[str, str]] = {}
        # What its names say of others: ``missing = value is None``.
        self._conditions: dict[str, ast.expr] = {}
        # The function that is being walked, and those of its calls that run coroutines side by side.
        self._node: ast.FunctionDef | ast.AsyncFunctionDef | None = None
        self._launching: list[tuple[ast.Call, Function]] = []

    # ------------------------------------------------------------------ scopes, names

    def _new_scope(self, kind: str, parent: int, function: int) -> Scope:
        scope = Scope(len(self.module.scopes), kind, parent, function)
        self.module.scopes.append(scope)
        return scope

    def _new_block(self, kind: str, choice: int = MODULE, leaves: bool = False) -> int:
        self.module.blocks.append(Block(self.block, kind, choice, leaves))
        return len(self.module.blocks) - 1

    def bind(self, name: str, kind: str, value: Any, row: int, scope: Scope | None = None) -> None:
        scope = scope or self.scope
        if scope.kind == "comprehension" and kind == "walrus":
            while scope.kind == "comprehension":
                scope = self.module.scopes[scope.parent]
        if name in scope.globals:
            scope = self.module.scopes[MODULE]
        elif name in scope.nonlocals:
            scope = self._enclosing(scope, name)
        scope.bindings.setdefault(name, []).append(
            Binding("value" if kind == "walrus" else kind, value, row, self.block)
        )

    def _enclosing(self, scope: Scope, name: str) -> Scope:
        """The function scope around ``scope`` that a ``nonlocal`` name belongs to."""
        outer = self.module.scopes[scope.parent]
        while outer.id != MODULE:
            if outer.kind == "function" and name in outer.bindings and name not in outer.nonlocals:
                return outer
            outer = self.module.scopes[outer.parent]
        return scope

    # ------------------------------------------------------------------ functions and classes

    def _lambda(self, node: ast.Lambda) -> Function:
        function = self._lambdas.get(id(node))
        if function is None:
            function = self._new_function(node, "<lambda>", False)
            self._lambdas[id(node)] = function
        return function

    def _new_function(self, node: FunctionNode, name: str, is_async: bool) -> Function:
        owner = self.owner if self.scope.kind == "class" else None
        outer = owner.qualname if owner else self.function.qualname
        if outer == "<module>":
            qualname = name
        elif owner:
            qualname = f"{outer}.{name}"
        else:
            qualname = f"{outer}.<locals>.{name}"
        function = Function(
            len(self.module.functions),
            name,
            qualname,
            -1,
            self.function.id,
            owner.id if owner else None,
            is_async,
            span_of(node),
            self.block,
        )
        self.module.functions.append(function)
        self.marks.functions[id(node)] = function.id
        function.scope = self._new_scope("function", self.scope.id, function.id).id
        return function

    def _params(self, args: ast.arguments, function: Function) -> None:
        positional = [*args.posonlyargs, *args.args]
        params: list[Param] = []
        defaults: list[ast.expr | None] = [None] * (len(positional) - len(args.defaults)) + list(args.defaults)
        for index, (arg, default) in enumerate(zip(positional, defaults, strict=True)):
            params.append(
                Param(
                    arg.arg,
                    "positional",
                    self.references.annotation(arg.annotation),
                    self.references.of(default),
                    default is None,
                    index < len(args.posonlyargs),
                )
            )
        if args.vararg:
            params.append(Param(args.vararg.arg, "vararg", None, None))
        for arg, keyword_default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
            params.append(
                Param(
                    arg.arg,
                    "keyword",
                    self.references.annotation(arg.annotation),
                    self.references.of(keyword_default),
                    keyword_default is None,
                )
            )
        if args.kwarg:
            params.append(Param(args.kwarg.arg, "kwarg", None, None))
        function.params = tuple(params)
        scope = self.module.scopes[function.scope]
        for index, param in enumerate(params):
            scope.bindings[param.name] = [Binding("param", index, function.span.row, function.block)]
        self.expressions([*args.defaults, *(d for d in args.kw_defaults if d is not None)])

    def _decorators(self, nodes: list[ast.expr]) -> tuple[Decorator, ...]:
        for node in nodes:
            self._flags[id(node)] = DECORATOR
        self.expressions(nodes)
        return tuple([Decorator(self.references.of(node), span_of(node)) for node in nodes])

    def _def(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        decorators = self._decorators(node.decorator_list)
        function = self._new_function(node, node.name, type(node) is ast.AsyncFunctionDef)
        function.decorators = decorators
        function.trusted = not self.trusted_rows.isdisjoint(head_rows(node))
        self.bind(node.name, "def", function.id, node.lineno)
        self._params(node.args, function)
        function.returns = self.references.annotation(node.returns)
        self.nodes.functions.append((node, function))
        saved = (self.scope, self.function, self.block, self.owner, self.uses, self._guards)
        known = self._lookups, self._conditions
        outer = (self._node, self._launching, len(self.nodes.calls))
        self._node, self._launching = node, []
        # Tests are never workflow code; what they nest is followed by itself.
        is_test = node.name.startswith("test_") and self.scope.kind != "function"
        around, self.followed = self.followed, self.followed or not is_test
        self.scope, self.function = self.module.scopes[function.scope], function
        self.uses, self._guards, self._lookups, self._conditions = Uses(node), {}, {}, {}
        self.block = self._new_block("function")
        self.block_of(node.body)
        self.scope, self.function, self.block, self.owner, self.uses, self._guards = saved
        self._lookups, self._conditions = known
        if self.followed and not around:
            follow(self.module, self.marks, node, function)
        self.followed = around
        if self._launching:
            numbers = {id(made): call.number for made, call in self.nodes.calls[outer[2] :]}
            launches = Launches(node, numbers, self.module.renamed)
            for made, inner in self._launching:
                inner.launches = (*inner.launches, launches.of(made))
        self._node, self._launching, _ = outer

    def _class(self, node: ast.ClassDef) -> None:
        decorators = self._decorators(node.decorator_list)
        self.expressions([*node.bases, *(keyword.value for keyword in node.keywords)])
        outer = self.owner.qualname if self.owner and self.scope.kind == "class" else self.function.qualname
        if outer == "<module>":
            qualname = node.name
        else:
            qualname = f"{outer}.{node.name}" if self.scope.kind == "class" else f"{outer}.<locals>.{node.name}"
        scope = self._new_scope("class", self.scope.id, self.function.id)
        klass = Class(
            len(self.module.classes),
            node.name,
            qualname,
            scope.id,
            self.scope.id,
            tuple([self.references.of(_unparametrized(base)) for base in node.bases]),
            decorators,
            span_of(node),
            keywords=tuple([(keyword.arg, self.references.of(keyword.value)) for keyword in node.keywords]),
        )
        self.module.classes.append(klass)
        self.bind(node.name, "class", klass.id, node.lineno)
        self.nodes.classes.append((node, klass))
        saved = (self.scope, self.owner)
        self.scope, self.owner = scope, klass
        self.block_of(node.body)
        self.scope, self.owner = saved

    # ------------------------------------------------------------------ statements

    def block_of(self, statements: list[ast.stmt]) -> None:
        guards = self._guards
        for statement in statements:
            _STATEMENTS.get(type(statement), _Collector._other)(self, statement)
        self._guards = guards

    def _branch(self, statements: list[ast.stmt], kind: str, choice: int = MODULE) -> None:
        if statements:
            saved = self.block
            leaves = _leaves_loop(statements) if kind == "loop" else isinstance(statements[-1], _LEAVING)
            self.block = self._new_block(kind, choice, leaves)
            self.block_of(statements)
            self.block = saved

    def _other(self, node: ast.stmt) -> None:
        self.expressions([child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)])

    def _raise(self, node: ast.Raise) -> None:
        if node.exc is not None and self.scope.kind == "function":
            self.function.raises.append(Read(self.references.of(node.exc), self.scope.id, span_of(node.exc), 0))
        self._other(node)

    def _ignore(self, node: ast.stmt) -> None:
        pass

    def _expr(self, node: ast.Expr) -> None:
        value = node.value
        if (guarded := run_as_main(value, self.module.renamed)) is not None:
            test, run = guarded
            self._test(test)
            self._branch([ast.copy_location(ast.Expr(run), run)], branch_kind(test, self.module.renamed))
            return
        if type(value) is ast.Await:
            value = value.value
            self._flags[id(value)] = AWAITED
        else:
            self._flags[id(value)] = DISCARDED
        self.expressions([value])

    def _return(self, node: ast.Return) -> None:
        if node.value is not None:
            self.function.results.append(self.references.of(node.value))
            self.expressions([node.value])

    def _assign(self, node: ast.Assign) -> None:
        value = self.references.of(node.value)
        if len(node.targets) == 1 and type(node.targets[0]) is ast.Name and self.scope.kind == "function":
            self._flags[id(node.value)] = KEPT
        for target in node.targets:
            self._target(target, node.value, "value", value)
            if type(target) is ast.Name:
                if type(node.value) is ast.Call:
                    self._lookups[target.id] = looked_up(node.value)
                elif type(node.value) in _CONDITIONS:
                    self._conditions[target.id] = node.value
        self.expressions([node.value, *node.targets])
        names = [target.id for target in node.targets if type(target) is ast.Name]
        if "__all__" in names and self.scope.id == MODULE and isinstance(node.value, (ast.List, ast.Tuple)):
            self.module.exports = tuple(
                [
                    item.value
                    for item in node.value.elts
                    if isinstance(item, ast.Constant) and isinstance(item.value, str)
                ]
            )

    def _annotated(self, node: ast.AnnAssign) -> None:
        annotation = self.references.annotation(node.annotation)
        if node.value is not None:
            value = self.references.of(node.value)
            if annotation is not None:
                value = ("annotated", value, annotation)
            self._target(node.target, node.value, "value", value)
            self.expressions([node.value, node.target])
        else:
            self._declare(node.target, annotation)

    def _declare(self, target: ast.expr, annotation: Ref) -> None:
        """An annotation without a value tells what a name or attribute is; it writes nothing."""
        if type(target) is ast.Name:
            self.bind(target.id, "value", annotation, target.lineno)
        elif type(target) is ast.Attribute:
            self._self_attribute(target, annotation)

    def _augmented(self, node: ast.AugAssign) -> None:
        self._flags[id(node.value)] = IN_EXPRESSION
        self._target(node.target, None, "augmented", None)
        self.expressions([node.value, node.target])

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if type(target) is ast.Name:
                self.bind(target.id, "unknown", None, target.lineno)
            else:
                self._target(target, None, "unknown", None)
        self.expressions(list(node.targets))

    def _target(self, target: ast.expr, node: ast.expr | None, kind: str, value: Ref) -> None:
        """Bind ``target``; ``node`` is the expression assigned, where there is one."""
        if type(target) is ast.Name:
            name = target.id
            if name in self.scope.globals or name in self.scope.nonlocals:
                self._write("name", name, target, None, value if kind == "value" else None)
                if kind == "augmented":
                    is_global = name in self.scope.globals
                    outer = self.module.scopes[MODULE] if is_global else self._enclosing(self.scope, name)
                    outer.augmented.add(name)
                    return
            if kind == "augmented":
                kind = "unknown"
                self.scope.augmented.add(name)
                if name in self.scope.bindings:
                    return
            self.bind(name, kind, value, target.lineno)
        elif type(target) is ast.Attribute:
            if kind != "augmented":
                self._self_attribute(target, value if kind == "value" else None)
            given = value if kind == "value" else None
            self._write("attribute", self.references.of(target.value), target, target.attr, given)
        elif type(target) is ast.Subscript:
            key = target.slice.value if type(target.slice) is ast.Constant else None
            item = (key if isinstance(key, str) else None, value if kind == "value" else None)
            self._write("item", self.references.of(target.value), target, *item)
        elif type(target) is ast.Starred:
            self._target(target.value, None, "unknown", None)
        elif isinstance(target, (ast.Tuple, ast.List)):
            parts = node.elts if isinstance(node, (ast.Tuple, ast.List)) else []
            pairwise = len(parts) == len(target.elts) and not any(type(part) is ast.Starred for part in parts)
            for index, element in enumerate(target.elts):
                if pairwise and kind == "value":
                    self._target(element, parts[index], "value", self.references.of(parts[index]))
                elif _gives_sets(node, self.module.renamed):
                    self._target(element, None, "value", ("item", value))
                else:
                    self._target(element, None, "unknown", None)

    def _iterated(self, target: ast.expr, iterable: Ref) -> None:
        """``for target in iterable``; of pairs, ``.items()`` and ``enumerate()`` tell what the second ones are."""
        if isinstance(target, ast.Tuple) and len(target.elts) == 2 and isinstance(iterable, tuple):
            first, second = target.elts
            given = _seconds(iterable)
            if given is not None and type(second) is not ast.Starred:
                # The first ones of ``.items()`` are the keys.
                keys = ("item", given[1]) if len(given) == 3 else None
                self._target(first, None, "iter" if keys else "unknown", keys)
                self._target(second, None, "iter", given)
                return
        self._target(target, None, "iter", ("item", iterable) if iterable else None)

    def _self_attribute(self, target: ast.Attribute, value: Ref) -> None:
        """``self.x = value`` in a method tells what the attribute of the class is."""
        function = self.function
        if function.owner is not None and type(target.value) is ast.Name and target.value.id == function.receiver:
            klass = self.module.classes[function.owner]
            klass.attributes.setdefault(target.attr, []).append((value, self.scope.id))

    def _write(self, kind: str, ref: Ref, target: ast.expr, key: str | None = None, value: Ref = None) -> None:
        if ref is not None and (kind == "item" or self.function.id != MODULE):
            # What a module does to its own names is no effect; but the items it sets belong to its dicts.
            writes = self.module.stores if self.function.id == MODULE else self.function.writes
            writes.append(Write(kind, ref, self.scope.id, span_of(target), self._guard(target), key, value))

    def _guarded(self, test: ast.expr, holds: bool) -> dict[str, str]:
        """What :func:`found_wanting` tells, also of what a name of this function was looked up as."""
        if type(test) is ast.UnaryOp and type(test.op) is ast.Not:
            return self._guarded(test.operand, not holds)
        if type(test) is ast.Name:
            test = self._conditions.get(test.id, test)
        guards = found_wanting(test, holds)
        for name in [name for name in guards if name in self._lookups]:
            guards.update(self._lookups[name])
        return guards

    def _guard(self, target: ast.expr) -> str:
        """How the tests around make sure that ``target`` is only set while there is nothing."""
        return self._guards.get(ast.unparse(target), "") if self._guards else ""

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        self.nodes.loops.append((node, self.function))
        iterable = self.references.of(node.iter)
        if type(node) is ast.For:
            self._flags[id(node.iter)] = ITERATED
        self.expressions([node.iter])
        saved = self.block
        self.block = self._new_block("loop", leaves=_leaves_loop(node.body))
        if iterable is not None:
            loop = Loop(iterable, self.scope.id, span_of(node.iter), saved, self.block)
            self.function.loops.append(loop)
        self._iterated(node.target, iterable)
        self.expressions([node.target])
        self.block_of(node.body)
        self.block = saved
        self._branch(node.orelse, "else")

    def _while(self, node: ast.While) -> None:
        self.nodes.loops.append((node, self.function))
        self._test(node.test)
        self._branch(node.body, "loop")
        self._branch(node.orelse, "else")

    def _test(self, test: ast.expr) -> None:
        self._flags[id(test)] = IN_EXPRESSION
        self.expressions([test])

    def _assert(self, node: ast.Assert) -> None:
        self._test(node.test)
        if node.msg is not None:
            self.expressions([node.msg])

    def _if(self, node: ast.If) -> None:
        branch: ast.If | None = node
        choice = len(self.module.blocks)
        while branch is not None:
            self._test(branch.test)
            guards = self._guards
            self._guards = {**guards, **self._guarded(branch.test, True)}
            self._branch(branch.body, branch_kind(branch.test, self.module.renamed), choice)
            self._guards = guards
            rest = branch.orelse
            if branch is node and not rest and isinstance(branch.body[-1], _LEAVING):
                self._guards = {**guards, **self._guarded(branch.test, False)}
            if len(rest) == 1 and type(rest[0]) is ast.If:
                branch = rest[0]
            else:
                self._branch(rest, "else", choice)
                branch = None

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        self.nodes.withs.append((node, self.function))
        for item in node.items:
            self.expressions([item.context_expr])
            manager = self.references.of(item.context_expr)
            if manager is not None:
                span = span_of(item.context_expr)
                self.marks.managers[id(item.context_expr)] = len(self.function.withs)
                self.function.withs.append(Read(manager, self.scope.id, span, 0))
                self.function.managed.append(Managed(manager, self.scope.id, self.block, span, stretch(node.body)))
            if item.optional_vars is not None:
                self._target(item.optional_vars, None, "with", manager)
                self.expressions([item.optional_vars])
        if any(_expects_exception(item.context_expr, self.module.renamed) for item in node.items):
            rows = [node.body[0].lineno, *(part.lineno for part in getattr(node.body[0], "decorator_list", ()))]
            self.module.expected.append((min(rows), node.body[-1].end_lineno or node.lineno))
        self.block_of(node.body)

    def _try(self, node: ast.Try) -> None:
        if self.scope.kind != "class":
            types = tuple([self.references.of(handler.type) for handler in node.handlers])
            record = Try(self.function.id, self.scope.id, self.block, span_of(node), types)
            self.nodes.tries.append((node, record))
            if self.scope.kind == "function":
                attempt = attempt_of(node, types, self.scope.id, self.block, self._node, self.module.renamed)
                self.function.attempts.append(attempt)
        self.block_of(node.body)
        for handler in node.handlers:
            if handler.type is not None:
                self.expressions([handler.type])
            if handler.name:
                caught = self.references.annotation(handler.type)
                self.bind(handler.name, "value", caught, handler.lineno)
            guards = self._guards
            self._guards = {**guards, **not_found(handler, node.body)}
            self._branch(handler.body, "except")
            self._guards = guards
        self._branch(node.orelse, "else")
        self.block_of(node.finalbody)

    def _match(self, node: ast.Match) -> None:
        self.expressions([node.subject])
        choice = len(self.module.blocks)
        for case in node.cases:
            for pattern in ast.walk(case.pattern):
                name = getattr(pattern, "name", None) or getattr(pattern, "rest", None)
                if isinstance(name, str):
                    self.bind(name, "unknown", None, getattr(pattern, "lineno", node.lineno))
                elif isinstance(pattern, (ast.MatchValue, ast.MatchClass)):
                    self.expressions([pattern.value if isinstance(pattern, ast.MatchValue) else pattern.cls])
            if case.guard is not None:
                self._test(case.guard)
            self._branch(case.body, "case", choice)

    def _import(self, node: ast.Import) -> None:
        self.nodes.imports.append(node)
        for alias in node.names:
            if alias.asname:
                self.bind(alias.asname, "import", (alias.name, "", 0), node.lineno)
            else:
                self.bind(alias.name.partition(".")[0], "import", (alias.name.partition(".")[0], "", 0), node.lineno)

    def _import_from(self, node: ast.ImportFrom) -> None:
        self.nodes.imports.append(node)
        module = node.module or ""
        for alias in node.names:
            if alias.name == "*":
                self.scope.stars.append((module, node.level))
            else:
                if alias.asname:
                    self.module.renamed[alias.asname] = alias.name
                self.bind(alias.asname or alias.name, "import", (module, alias.name, node.level), node.lineno)

    def _global(self, node: ast.Global) -> None:
        self.scope.globals.update(node.names)

    def _nonlocal(self, node: ast.Nonlocal) -> None:
        self.scope.nonlocals.update(node.names)

    # ------------------------------------------------------------------ expressions

    def expressions(self, nodes: list[ast.expr]) -> None:
        """Write down the calls and reads below ``nodes``, in the order of the text."""
        outer = scope, function = self.scope, self.function
        stack: list[_Todo] = [(node, scope, function) for node in reversed(nodes)]
        renamed = self.module.renamed
        while stack:
            node, scope, function = stack.pop()
            kind = type(node)
            if kind is ast.Constant:
                continue
            if scope is not self.scope:
                self.scope, self.function = scope, function
            if kind is ast.Name:
                may_read = node.id in READ_TERMINALS or renamed.get(node.id) in READ_TERMINALS
                if may_read and type(node.ctx) is ast.Load:
                    self._read(node, node.id)
            else:
                _EXPRESSIONS.get(kind, _Collector._parts)(self, node, stack)
        self.scope, self.function = outer

    def _next(self, nodes: list[ast.expr], stack: list[_Todo]) -> None:
        """Go on with ``nodes``, in this order."""
        scope, function = self.scope, self.function
        stack.extend([(node, scope, function) for node in reversed(nodes) if type(node) is not ast.Constant])

    def _parts(self, node: ast.expr, stack: list[_Todo]) -> None:
        self._next(_children(node), stack)

    def _consumer(self, node: ast.expr, stack: list[_Todo]) -> None:
        """A node that takes the values of its children apart: a coroutine used there is not awaited."""
        children = _children(node)
        for child in children:
            self._flags.setdefault(id(child), IN_EXPRESSION)
        self._next(children, stack)

    def _boolean(self, node: ast.BoolOp, stack: list[_Todo]) -> None:
        tests = self._flags.get(id(node)) == IN_EXPRESSION
        (self._consumer if tests else self._parts)(node, stack)

    def _choice(self, node: ast.IfExp, stack: list[_Todo]) -> None:
        self._flags[id(node.test)] = IN_EXPRESSION
        self._parts(node, stack)

    def _awaited(self, node: ast.Await, stack: list[_Todo]) -> None:
        self._flags[id(node.value)] = AWAITED
        self._next([node.value], stack)

    def _yield(self, node: ast.Yield, stack: list[_Todo]) -> None:
        self.function.is_generator = True
        if node.value is not None:
            self.function.yields.append(self.references.of(node.value))
            self._next([node.value], stack)

    def _yield_from(self, node: ast.YieldFrom, stack: list[_Todo]) -> None:
        self.function.is_generator = True
        self._next([node.value], stack)

    def _walrus(self, node: ast.NamedExpr, stack: list[_Todo]) -> None:
        self.bind(node.target.id, "walrus", self.references.of(node.value), node.lineno)
        self._next([node.value], stack)

    def _dict(self, node: ast.Dict, stack: list[_Todo]) -> None:
        self.nodes.dicts.append(node)
        self._parts(node, stack)

    def _read(self, node: ast.Name | ast.Attribute, ref: Ref) -> None:
        reads = self.function.reads
        self.marks.reads[id(node)] = len(reads)
        reads.append(Read(ref, self.scope.id, span_of(node), 0))

    def _attribute(self, node: ast.Attribute, stack: list[_Todo]) -> None:
        if type(node.ctx) is ast.Load:
            ref = self.references.of(node)
            if ref is not None:
                self._read(node, ref)
        self._base(node, _use_by(node), stack)

    def _base(self, node: ast.expr, use: int, stack: list[_Todo]) -> None:
        """Go on with what ``node``, attributes of something, are attributes of; it is used like that."""
        while type(node) is ast.Attribute:
            node = node.value
        if type(node) is not ast.Name:
            self._flags.setdefault(id(node), use)
            stack.append((node, self.scope, self.function))

    def _call(self, node: ast.Call, stack: list[_Todo]) -> None:
        func = node.func
        ref = self.references.of(node)
        if ref is None:
            args = tuple([self.references.of(arg) for arg in node.args])
            keywords = tuple([(kw.arg, self.references.of(kw.value)) for kw in node.keywords])
            ref = ("call", self.references.of(func), args, keywords)
        number = len(self.nodes.calls)
        self.marks.calls[id(node)] = number
        flags = self._flags.pop(id(node), 0)
        guard = ""
        name = terminal(func, self.module.renamed)
        if name in _TELLING:
            if name in _TASKS and self.uses is not None and self.uses.runs_until_cancelled(node):
                self._flags.update({id(arg): UNTIL_CANCELLED for arg in node.args[:1]})
            if logs(func):
                flags |= LOGS
            if name in MUTATORS and isinstance(func, ast.Attribute):
                guard = self._guard(func.value)
            if name in LAUNCHERS:
                self._launching.append((node, self.function))
            if name in _ITERATORS and node.args and type(func) is ast.Name:
                self._flags.setdefault(id(node.args[0]), ITERATED)
        call = Call(number, ref[1], ref[2], ref[3], self.scope.id, span_of(node), self.block, flags, guard)
        self.function.calls.append(call)
        self.nodes.calls.append((node, call))
        if node.keywords:
            self._next([keyword.value for keyword in node.keywords], stack)
        if node.args:
            self._next(node.args, stack)
        if type(func) is not ast.Name:
            self._base(func, _use_by(func) if type(func) is ast.Attribute else 0, stack)

    def _lambda_body(self, node: ast.Lambda, stack: list[_Todo]) -> None:
        inner = self._lambda(node)
        self._params(node.args, inner)
        saved, self.scope, self.function = (self.scope, self.function), self.module.scopes[inner.scope], inner
        inner.results.append(self.references.of(node.body))
        stack.append((node.body, self.scope, inner))
        self.scope, self.function = saved

    def _comprehension(self, node: Any, stack: list[_Todo]) -> None:
        scope, function = self.scope, self.function
        inner = self._new_scope("comprehension", scope.id, function.id)
        todo: list[_Todo] = []
        for index, generator in enumerate(node.generators):
            self.scope = inner
            iterable = self.references.of(generator.iter)
            self._iterated(generator.target, iterable)
            self.scope = scope
            if type(node) is not ast.GeneratorExp and not generator.is_async:
                self._flags[id(generator.iter)] = ITERATED
            if iterable is not None:
                outer = scope.id if index == 0 else inner.id
                function.loops.append(Loop(iterable, outer, span_of(generator.iter), self.block, inner=inner.id))
            todo.append((generator.iter, scope if index == 0 else inner, function))
            for condition in generator.ifs:
                self._flags[id(condition)] = IN_EXPRESSION
                todo.append((condition, inner, function))
        if type(node) is ast.DictComp:
            todo.extend([(node.key, inner, function), (node.value, inner, function)])
        else:
            todo.append((node.elt, inner, function))
        todo.reverse()
        stack.extend(todo)


def _leaves_loop(body: list[ast.stmt]) -> bool:
    """Whether a loop ends with its first round."""
    return isinstance(body[-1], (ast.Return, ast.Raise, ast.Break))


def _seconds(iterable: tuple[Any, ...]) -> Ref:
    """What the second ones of the pairs in ``iterable`` are: the values of a dict, or what is counted."""
    if iterable[0] != "call":
        return None
    if iterable[1] == "enumerate" and iterable[2] and iterable[2][0] is not None:
        return ("item", iterable[2][0])
    owner, method = receiver_and_method(iterable[1])
    return ("item", owner, None) if method == "items" and owner is not None and not iterable[2] else None


def _gives_sets(node: ast.expr | None, renamed: Renamed) -> bool:
    """Whether ``node`` reads like a wait for tasks, which gives two sets of them."""
    call = node.value if isinstance(node, ast.Await) else None
    return isinstance(call, ast.Call) and terminal(call.func, renamed) in ("wait", "asyncio_wait")


def _use_by(node: ast.Attribute) -> int:
    """How ``node``, attributes of some value, uses the value: all that a coroutine offers is to be closed."""
    while isinstance(node.value, ast.Attribute):
        node = node.value
    return 0 if node.attr in _OF_COROUTINES else IN_EXPRESSION


def _unparametrized(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Subscript) else node


def _children(node: Any) -> list[ast.expr]:
    kind = type(node)
    if kind is ast.Dict:
        return [child for pair in zip(node.keys, node.values, strict=True) for child in pair if child is not None]
    children: list[ast.expr] = []
    for name in _FIELDS.get(kind, node._fields):
        value = getattr(node, name)
        if isinstance(value, list):
            children.extend([child for child in value if isinstance(child, ast.expr)])
        elif isinstance(value, ast.expr):
            children.append(value)
    return children


def _expects_exception(manager: ast.expr, renamed: Renamed) -> bool:
    """Whether ``with manager:`` reads like a test's: ``pytest.raises(DBOSException)``, ``self.assertRaises(...)``."""
    expecting = ("raises", "assertRaises", "assertRaisesRegex")
    return isinstance(manager, ast.Call) and terminal(manager.func, renamed) in expecting


_CONDITIONS = frozenset({ast.Compare, ast.BoolOp, ast.UnaryOp})
_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_OF_COROUTINES = frozenset({"close", "send", "throw", "__await__"})
# Functions that have a coroutine run beside what goes on.
_TASKS = frozenset({"create_task", "ensure_future"})
# Functions that iterate over their first argument before they return.
_ITERATORS = frozenset({"list", "tuple", "set", "frozenset", "sorted", "dict", "sum", "any", "all", "next"})
# Names of what is called that say more of the call than that it is one.
_TELLING = _TASKS | _ITERATORS | LAUNCHERS | MUTATORS | MAY_LOG
_EXPRESSIONS: dict[type, Callable[[_Collector, Any, list[_Todo]], None]] = {
    ast.Attribute: _Collector._attribute,
    ast.Call: _Collector._call,
    ast.Lambda: _Collector._lambda_body,
    ast.ListComp: _Collector._comprehension,
    ast.SetComp: _Collector._comprehension,
    ast.DictComp: _Collector._comprehension,
    ast.GeneratorExp: _Collector._comprehension,
    ast.Await: _Collector._awaited,
    ast.Yield: _Collector._yield,
    ast.YieldFrom: _Collector._yield_from,
    ast.NamedExpr: _Collector._walrus,
    ast.IfExp: _Collector._choice,
    ast.BoolOp: _Collector._boolean,
    ast.BinOp: _Collector._consumer,
    ast.Compare: _Collector._consumer,
    ast.UnaryOp: _Collector._consumer,
    ast.FormattedValue: _Collector._consumer,
    ast.Subscript: _Collector._consumer,
    ast.Dict: _Collector._dict,
}
_FIELDS: dict[type, tuple[str, ...]] = {
    ast.BinOp: ("left", "right"),
    ast.BoolOp: ("values",),
    ast.Compare: ("left", "comparators"),
    ast.UnaryOp: ("operand",),
    ast.Subscript: ("value", "slice"),
    ast.JoinedStr: ("values",),
    ast.FormattedValue: ("value", "format_spec"),
    ast.Tuple: ("elts",),
    ast.List: ("elts",),
    ast.Set: ("elts",),
    ast.IfExp: ("test", "body", "orelse"),
    ast.Starred: ("value",),
    ast.Await: ("value",),
    ast.Yield: ("value",),
    ast.YieldFrom: ("value",),
    ast.NamedExpr: ("value",),
    ast.Slice: ("lower", "upper", "step"),
}
_STATEMENTS: dict[type, Callable[[_Collector, Any], None]] = {
    ast.FunctionDef: _Collector._def,
    ast.AsyncFunctionDef: _Collector._def,
    ast.ClassDef: _Collector._class,
    ast.Expr: _Collector._expr,
    ast.Return: _Collector._return,
    ast.Assign: _Collector._assign,
    ast.AnnAssign: _Collector._annotated,
    ast.AugAssign: _Collector._augmented,
    ast.Delete: _Collector._delete,
    ast.For: _Collector._for,
    ast.AsyncFor: _Collector._for,
    ast.While: _Collector._while,
    ast.If: _Collector._if,
    ast.Assert: _Collector._assert,
    ast.Raise: _Collector._raise,
    ast.With: _Collector._with,
    ast.AsyncWith: _Collector._with,
    ast.Try: _Collector._try,
    ast.Match: _Collector._match,
    ast.Import: _Collector._import,
    ast.ImportFrom: _Collector._import_from,
    ast.Global: _Collector._global,
    ast.Nonlocal: _Collector._nonlocal,
    ast.Pass: _Collector._ignore,
    ast.Break: _Collector._ignore,
    ast.Continue: _Collector._ignore,
}
if hasattr(ast, "TryStar"):
    _STATEMENTS[ast.TryStar] = _Collector._try
