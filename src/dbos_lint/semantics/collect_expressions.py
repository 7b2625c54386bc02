"""The calls and reads in expressions; see :mod:`dbos_lint.semantics.collect`.

Expressions are walked with a stack, so that none is too deep. What is done next stands at its end: nodes, and where the
walk goes on in another scope.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from dbos_lint.catalog.types import MUTATORS
from dbos_lint.catalog.waits import LAUNCHERS
from dbos_lint.records import NamedTuple
from dbos_lint.semantics.aliases import terminal
from dbos_lint.semantics.collect_scopes import Work
from dbos_lint.semantics.collect_targets import Targets
from dbos_lint.semantics.flow_nodes import MAY_LOG, logs
from dbos_lint.semantics.sites import (
    AWAITED,
    IN_EXPRESSION,
    ITERATED,
    LOGS,
    MODULE,
    UNTIL_CANCELLED,
    Binding,
    Call,
    Loop,
    Param,
    Read,
    Ref,
)
from dbos_lint.semantics.summary import Scope
from dbos_lint.syntax.spans import span_of
from dbos_lint.syntax.trees import made_by

_Todo: TypeAlias = list[Any]

_OF_COROUTINES = frozenset({"close", "send", "throw", "__await__"})
# Functions that have a coroutine run beside what goes on.
_TASKS = frozenset({"create_task", "ensure_future"})
# Functions that iterate over their first argument before they return.
_ITERATORS = frozenset({"list", "tuple", "set", "frozenset", "sorted", "dict", "sum", "any", "all", "next"})
# Names of what is called that say more of the call than that it is one.
_TELLING = _TASKS | _ITERATORS | LAUNCHERS | MUTATORS | MAY_LOG
# The nodes of which it matters in what they stand.
_FLAGGED = frozenset({ast.Call, ast.BoolOp})
# What calls nothing, as most of the values that a condition chooses from.
_PLAIN = frozenset({ast.Name, ast.Constant, ast.Attribute})


class _Within(NamedTuple):
    """Where the walk goes on: in ``block``, or in a new branch there."""

    block: int
    kind: str = ""
    choice: int = MODULE


class Expressions(Targets):
    """Writes down what expressions do."""

    def expressions(self, nodes: Sequence[ast.expr]) -> None:
        """Write down the calls and reads below ``nodes``, in the order of the text."""
        todo: _Todo = [*reversed(nodes)]
        readable = self.readable
        while todo:
            node = todo.pop()
            kind = type(node)
            if kind is ast.Name:
                if node.id in readable and type(node.ctx) is ast.Load:
                    self._read(node, node.id)
            elif kind is not ast.Constant:
                _EXPRESSIONS.get(kind, Expressions._parts)(self, node, todo)

    def _go_on(self, where: tuple[Scope, Work], todo: _Todo) -> None:
        self.enter(*where)

    def _parts(self, node: ast.expr, todo: _Todo) -> None:
        todo += [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)][::-1]

    def _elements(self, node: ast.List | ast.Tuple | ast.Set, todo: _Todo) -> None:
        todo += node.elts[::-1]

    def _values(self, node: ast.JoinedStr, todo: _Todo) -> None:
        todo += node.values[::-1]

    def _value(self, node: ast.Starred, todo: _Todo) -> None:
        todo.append(node.value)

    def _consume(self, nodes: list[ast.expr], todo: _Todo) -> None:
        """Go on with ``nodes``, which something takes apart: a coroutine used there is not awaited."""
        for node in nodes:
            if type(node) in _FLAGGED:
                self.flags.setdefault(id(node), IN_EXPRESSION)
        todo += nodes[::-1]

    def _binary(self, node: ast.BinOp, todo: _Todo) -> None:
        self._consume([node.left, node.right], todo)

    def _unary(self, node: ast.UnaryOp, todo: _Todo) -> None:
        self._consume([node.operand], todo)

    def _compare(self, node: ast.Compare, todo: _Todo) -> None:
        self._consume([node.left, *node.comparators], todo)

    def _item(self, node: ast.Subscript, todo: _Todo) -> None:
        self._consume([node.value, node.slice], todo)

    def _formatted(self, node: ast.FormattedValue, todo: _Todo) -> None:
        self._consume([node.value] if node.format_spec is None else [node.value, node.format_spec], todo)

    def _boolean(self, node: ast.BoolOp, todo: _Todo) -> None:
        if self.flags.get(id(node)) == IN_EXPRESSION:
            self._consume(node.values, todo)
        else:
            todo += node.values[::-1]

    def _choice(self, node: ast.IfExp, todo: _Todo) -> None:
        self.flags[id(node.test)] = IN_EXPRESSION
        if type(node.body) in _PLAIN and type(node.orelse) in _PLAIN:
            todo += (node.orelse, node.body, node.test)
            return
        choice, outer = len(self.module.blocks), _Within(self.block)
        branches = (_Within(self.block, kind, choice) for kind in ("else", "if"))
        todo += (outer, node.orelse, next(branches), node.body, next(branches), node.test)

    def _within(self, where: _Within, todo: _Todo) -> None:
        self.block = where.block
        if where.kind:
            self.block = self.new_block(where.kind, where.choice)

    def _awaited(self, node: ast.Await, todo: _Todo) -> None:
        self.awaited(node.value)
        todo.append(node.value)

    def awaited(self, value: ast.expr) -> None:
        """Note that ``value`` is awaited: a call that the name was given to which it belongs, if nothing was called in
        between, runs as if it stood here."""
        self.flags[id(value)] = AWAITED
        if type(value) is ast.Name:
            made, bindings = self.body.lookups.get(value.id), self.scope.bindings.get(value.id)
            if made is not None and bindings is not None and bindings[-1].row <= made.lineno:
                last, end = self.nodes.calls[-1][0], (made.end_lineno, made.end_col_offset)
                if (last.lineno, last.col_offset) < end <= (value.lineno, value.col_offset):
                    self._flag(made, AWAITED)

    def _yield(self, node: ast.Yield, todo: _Todo) -> None:
        self.function.is_generator = True
        if node.value is not None:
            self.work.yields.append(self.references.of(node.value))
            todo.append(node.value)

    def _yield_from(self, node: ast.YieldFrom, todo: _Todo) -> None:
        self.function.is_generator = True
        todo.append(node.value)

    def _walrus(self, node: ast.NamedExpr, todo: _Todo) -> None:
        self.bind(node.target.id, "walrus", self.references.of(node.value), node.lineno)
        todo.append(node.value)

    def _dict(self, node: ast.Dict, todo: _Todo) -> None:
        self.nodes.dicts.append(node)
        for key, value in zip(node.keys[::-1], node.values[::-1], strict=True):
            todo.append(value)
            if key is not None:
                todo.append(key)

    # ------------------------------------------------------------------ reads and calls

    def _read(self, node: ast.Name | ast.Attribute, ref: Ref) -> None:
        reads = self.work.reads
        self.marks.reads[id(node)] = len(reads)
        reads.append(Read(ref, self.scope.id, span_of(node)))

    def _attribute(self, node: ast.Attribute, todo: _Todo) -> None:
        if type(node.ctx) is ast.Load:
            ref = self.references.of(node)
            if ref is not None:
                self._read(node, ref)
        self._base(node, todo)

    def _base(self, node: ast.expr, todo: _Todo) -> None:
        """Go on with what ``node`` is an attribute of: all that a coroutine offers is to be closed."""
        use = 0
        while type(node) is ast.Attribute:
            use = 0 if node.attr in _OF_COROUTINES else IN_EXPRESSION
            node = node.value
        if type(node) is not ast.Name:
            if type(node) in _FLAGGED:
                self.flags.setdefault(id(node), use)
            todo.append(node)

    def _call(self, node: ast.Call, todo: _Todo) -> None:
        func = node.func
        # One whose function is unknown still has arguments.
        ref = self.references.call(node) or self.references.unknown_call(node)
        number = len(self.nodes.calls)
        self.marks.calls[id(node)] = number
        flags = self.flags.pop(id(node), 0)
        guard = ""
        name = terminal(func, self.module.renamed)
        if name in _TELLING:
            if name in _TASKS and (made := self.body.runs_until_cancelled(node)) is not None:
                self._flag(made, UNTIL_CANCELLED)
            if logs(func):
                flags |= LOGS
            if name in MUTATORS and isinstance(func, ast.Attribute):
                guard = self.guard(func.value)
            if name in LAUNCHERS:
                self.body.launching.append((node, self.work))
            if name in _ITERATORS and node.args and type(func) is ast.Name:
                self.flags.setdefault(id(node.args[0]), ITERATED)
        # What the constructor of a named tuple does, without the function around it.
        call = tuple.__new__(
            Call, (number, ref[1], ref[2], ref[3], self.scope.id, span_of(node), self.block, flags, guard)
        )
        self.work.calls.append(call)
        self.nodes.calls.append((node, call))
        if node.keywords:
            todo += [keyword.value for keyword in node.keywords[::-1]]
        if node.args:
            todo += node.args[::-1]
        if type(func) is not ast.Name:
            self._base(func, todo)

    def _flag(self, node: ast.Call, flag: int) -> None:
        """Say more of a call than what it was met with, be it yet to be met or, in the same function, known."""
        number = self.marks.calls.get(id(node))
        if number is None:
            self.flags[id(node)] = flag
            return
        call = self.nodes.calls[number][1]
        if call in self.work.calls:
            flagged = call._replace(flags=call.flags | flag)
            self.nodes.calls[number] = node, flagged
            self.work.calls[self.work.calls.index(call)] = flagged

    # ------------------------------------------------------------------ scopes of their own

    def _lambda(self, node: ast.Lambda, todo: _Todo) -> None:
        work = self.lambda_work(node)
        function = work.function
        self.params(node.args, work)
        outer = self.scope, self.work
        self.enter(self.module.scopes[function.scope], work)
        work.results.append(self.references.of(node.body))
        todo += (outer, node.body)

    def params(self, args: ast.arguments, work: Work) -> None:
        """The parameters of a function; their defaults are evaluated where it is defined."""
        annotation, of, function = self.references.annotation, self.references.of, work.function
        positional = args.posonlyargs + args.args if args.posonlyargs else args.args
        params: list[Param] = []
        without = len(positional) - len(args.defaults)
        for index, arg in enumerate(positional):
            default = args.defaults[index - without] if index >= without else None
            unnamed = index < len(args.posonlyargs)
            kind = annotation(arg.annotation)
            params.append(Param(arg.arg, "positional", kind, of(default), default is None, unnamed))
        if args.vararg:
            params.append(Param(args.vararg.arg, "vararg", None, None))
        for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
            params.append(Param(arg.arg, "keyword", annotation(arg.annotation), of(default), default is None))
        if args.kwarg:
            params.append(Param(args.kwarg.arg, "kwarg", None, None))
        function.params = tuple(params)
        bindings = self.module.scopes[function.scope].bindings
        for index, param in enumerate(params):
            bindings[param.name] = [Binding("param", index, function.span.row, function.block)]
        if args.defaults or args.kw_defaults:
            self.expressions([*args.defaults, *(default for default in args.kw_defaults if default is not None)])

    def _comprehension(self, node: Any, todo: _Todo) -> None:
        outer, work = self.scope, self.work
        inner = self.new_scope("comprehension", outer.id, work.function.id)
        coming: _Todo = []
        for index, generator in enumerate(node.generators):
            scope = inner if index else outer
            self.scope = inner
            iterable = self.references.of(generator.iter)
            self.iterated(generator.target, iterable)
            self.scope = outer
            if type(node) is not ast.GeneratorExp and not generator.is_async:
                self.flags[id(generator.iter)] = ITERATED
            if iterable is not None:
                work.loops.append(Loop(iterable, scope.id, span_of(generator.iter), self.block, inner=inner.id))
            coming.append(generator.iter)
            if not index:
                coming.append((inner, work))
            for condition in generator.ifs:
                self.flags[id(condition)] = IN_EXPRESSION
                coming.append(condition)
        coming += made_by(node)
        coming.append((outer, work))
        todo += coming[::-1]


_EXPRESSIONS: dict[type, Callable[[Expressions, Any, _Todo], None]] = {
    ast.Attribute: Expressions._attribute,
    ast.Call: Expressions._call,
    ast.JoinedStr: Expressions._values,
    ast.FormattedValue: Expressions._formatted,
    ast.Tuple: Expressions._elements,
    ast.List: Expressions._elements,
    ast.Set: Expressions._elements,
    ast.Dict: Expressions._dict,
    ast.Subscript: Expressions._item,
    ast.Compare: Expressions._compare,
    ast.BinOp: Expressions._binary,
    ast.UnaryOp: Expressions._unary,
    ast.BoolOp: Expressions._boolean,
    ast.IfExp: Expressions._choice,
    ast.Await: Expressions._awaited,
    ast.Starred: Expressions._value,
    ast.Lambda: Expressions._lambda,
    ast.ListComp: Expressions._comprehension,
    ast.SetComp: Expressions._comprehension,
    ast.DictComp: Expressions._comprehension,
    ast.GeneratorExp: Expressions._comprehension,
    ast.Yield: Expressions._yield,
    ast.YieldFrom: Expressions._yield_from,
    ast.NamedExpr: Expressions._walrus,
    tuple: Expressions._go_on,
    _Within: Expressions._within,
}
