"""Where values go inside one function: a walk over its statements, in the order in which they run.

It keeps what each variable may hold, as a mask of origins: in branches apart, and together again after them; around
loops until nothing new comes; and what decides between branches counts as part of what they leave behind. The outcome,
the :class:`Flows` of the function, is a part of the summary. When in doubt, a value goes there.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from dbos_lint.semantics.flow_nodes import lets_one_on, region
from dbos_lint.semantics.flow_values import ValueTracer
from dbos_lint.semantics.flow_variables import Marks
from dbos_lint.semantics.flows import (
    ESCAPE,
    LOST,
    RAISE,
    RETURN,
    Asked,
    Branch,
    Captured,
    Dropped,
    Entered,
    Flows,
    Manager,
    Region,
    Rounds,
)
from dbos_lint.semantics.sites import MODULE
from dbos_lint.semantics.summary import Function, Module

# How often a loop is walked at most: what a variable holds goes through this many others in it.
_ROUNDS = 4
# In so many loops inside each other; further inside, once.
_NESTED = 3
# How statements may leave what is around them; the last says that they do whenever they run.
_EXITS_FUNCTION, _BREAKS, _CONTINUES, _ALWAYS = 1, 2, 4, 8
_LEAVES = {ast.Return: _EXITS_FUNCTION, ast.Raise: _EXITS_FUNCTION, ast.Break: _BREAKS, ast.Continue: _CONTINUES}
_DEFINITIONS = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef})
_LOOPS = frozenset({ast.For, ast.AsyncFor, ast.While})
_WITHS = frozenset({ast.With, ast.AsyncWith})


def follow(module: Module, marks: Marks, node: Any, function: Function) -> None:
    """Write down the flows of a function, and of those that are defined in it."""
    # What nests too deeply is not followed.
    with suppress(RecursionError):
        function.flows = Tracer(module, marks, node, function).trace()


class Tracer(ValueTracer):
    """Follows values through the statements of one function."""

    def __init__(self, module: Module, marks: Marks, node: Any, function: Function) -> None:
        scope = module.scopes[function.scope]
        nested = function.parent != MODULE
        super().__init__(marks, scope.bindings.keys(), scope.globals | scope.nonlocals, function.receiver, nested)
        self.module = module
        self.node = node
        self.function = function
        self.inner: dict[int, Tracer] = {}
        self.end = (node.end_lineno or node.lineno, node.end_col_offset or 0)
        # The loops around, outermost first: where each begins and ends, and what decides whether it is left early.
        self._exit_kinds: dict[int, int] = {}
        self._loops: list[Region] = []
        self._breaks: list[int] = []

    def trace(self) -> Flows:
        for param in self.function.params:
            self.params.add(param.name)
            self.env[param.name] = self.ever[param.name] = self.bit(param.name)
        if isinstance(self.node, ast.Lambda):
            self.put(RETURN, self.value(self.node.body))
        else:
            self.block(self.node.body)
        for id, tracer in self.inner.items():
            for name in [origin for origin in tracer.bits if isinstance(origin, str) and origin not in tracer.own]:
                held = self.ever.get(name, 0) if name in self.own else self._outside(name)
                self.put(Captured(id, name), held)
        return Flows(tuple(self.bits), tuple(self.targets.items()))

    def define(self, node: Any) -> None:
        args, id_ = node.args, self.marks.functions.get(id(node))
        optional = zip(reversed([*args.posonlyargs, *args.args]), reversed(args.defaults), strict=False)
        for parameter, default in [*optional, *zip(args.kwonlyargs, args.kw_defaults, strict=True)]:
            mask = self.value(default)
            if id_ is not None:
                self.put(Captured(id_, parameter.arg), mask)
        if id_ is not None and id_ not in self.inner:
            function = self.module.functions[id_]
            tracer = self.inner[id_] = Tracer(self.module, self.marks, node, function)
            function.flows = tracer.trace()

    # ------------------------------------------------------------------ statements

    def block(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            _STATEMENTS.get(type(statement), Tracer._other)(self, statement)

    def _exits(self, statements: list[ast.stmt]) -> int:
        """How ``statements`` may leave the function, or the loop around; remembered, for branches stand in branches."""
        known = self._exit_kinds.get(id(statements)) if statements else 0
        if known is None:
            known = 0
            for statement in statements:
                known |= _exits(statement, self._exits)
                if known & _ALWAYS:
                    break
            self._exit_kinds[id(statements)] = known
        return known

    def _leaves(self, statements: list[ast.stmt]) -> bool:
        """Whether what comes after ``statements`` does not run if they do."""
        return bool(self._exits(statements) & _ALWAYS)

    def _other(self, node: ast.stmt) -> None:
        self.values([child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)])

    def _ignore(self, node: ast.stmt) -> None:
        pass

    def _expr(self, node: ast.Expr) -> None:
        call = node.value.value if isinstance(node.value, ast.Await) else node.value
        self.given = 0
        self.value(node.value)
        if isinstance(call, ast.Call):
            number = self.marks.calls.get(id(call))
            if number is not None:
                self.put(Dropped(number), self.given)

    def _assign(self, node: ast.Assign) -> None:
        mask = self.value(node.value)
        for target in node.targets:
            self.assign(target, mask, node.value)

    def _annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node.target, self.value(node.value), node.value)

    def _augmented(self, node: ast.AugAssign) -> None:
        self.assign(node.target, self.value(node.target) | self.value(node.value))

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                self.assign(target, 0)

    def _return(self, node: ast.Return) -> None:
        self.put(RETURN, self.value(node.value) | self.runs)

    def _raise(self, node: ast.Raise) -> None:
        self.put(RAISE, self.value(node.exc) | self.value(node.cause))
        self.put(ESCAPE, self.runs)

    def _assert(self, node: ast.Assert) -> None:
        test = self.test(node.test)
        self.put(RAISE, self.value(node.msg))
        self.put(Branch((*region(node)[:2], *self.end), region(node.test)), test)
        self.put(ESCAPE, test)

    def _if(self, node: ast.If) -> None:
        leaves, other_leaves = self._leaves(node.body), self._leaves(node.orelse)
        guard = self.only_asks(node.test) and lets_one_on(node, leaves)
        test = self.test(node.test) if guard else self.truth(node.test)
        if test:
            self._decides(node, test)
        runs, control = self.runs, self.control
        if not guard:
            self.runs = self.mixed(self.runs | test)
        if not leaves and not other_leaves:
            # Else what one of them leaves behind is all that there is.
            self.control = self.mixed(self.control | test)
        before = self.env.copy()
        self.block(node.body)
        after, self.env = self.env, before
        self.block(node.orelse)
        self.runs, self.control = runs, control
        if other_leaves and not leaves:
            self.env = after
        elif not leaves:
            self.join(after)

    def _decides(self, node: ast.If, test: int) -> None:
        """What runs or does not run because of a condition: the branches, and what comes after, if one leaves."""
        first, last = node.body[0], (node.orelse or node.body)[-1]
        where = region(first, last)
        exits = self._exits(node.body) | self._exits(node.orelse)
        self.put(Branch(self._reach_of(where, exits, test), region(node.test)), test)

    def _reach_of(self, where: Region, exits: int, test: int) -> Region:
        """What runs or not by the condition of branches at ``where`` that may leave in these ways."""
        if exits & (_EXITS_FUNCTION | _BREAKS) and self._loops:
            self._breaks[-1] = self.mixed(self._breaks[-1] | test)
        if exits & _EXITS_FUNCTION:
            start = self._loops[0][:2] if self._loops else where[:2]
            return (*start, *self.end)
        if exits & _BREAKS and self._loops:
            return self._loops[-1]
        return (*where[:2], *self._loops[-1][2:]) if exits & _CONTINUES and self._loops else where

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        things, count = self.things(node.iter), self.size(node.iter)
        self.put(Branch(region(*node.body), region(node.iter)), count)

        def run() -> None:
            self.assign_each(node.target, things)
            self.block(node.body)

        self._loop(region(*node.body), run, count)
        self.block(node.orelse)

    def _while(self, node: ast.While) -> None:
        where = region(node.test, node.body[-1])

        def run() -> None:
            self.polled = region(node.test)
            test = self.truth(node.test)
            self.put(Branch(where, self.polled, loop=True), test)
            self.polled = None
            rounds = self.bit(Rounds(region(node.test))) if test else 0
            self.control |= rounds
            self.runs |= rounds
            self.block(node.body)

        self._loop(where, run, 0)
        self.block(node.orelse)

    def _loop(self, where: Region, run: Callable[[], None], control: int) -> None:
        runs, saved = self.runs, self.control
        self._loops.append(where)
        self._breaks.append(0)
        for _ in range(_ROUNDS if len(self._loops) <= _NESTED else 1):
            before, broken = self.env.copy(), self._breaks[-1]
            self.control = saved | control | broken
            self.runs = runs | control
            run()
            self.join(before)
            if self.env == before and self._breaks[-1] == broken:
                break
        self.runs, self.control = runs, saved
        self._loops.pop()
        self._breaks.pop()

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            manager = item.context_expr
            mask = self.value(manager)
            index = self.marks.managers.get(id(manager))
            if index is not None:
                mask |= self.bit(Manager(index))
                self.put(Entered(index), mask)
                if isinstance(manager, ast.Name) and manager.id in self.own and manager.id not in self.params:
                    self.add(manager.id, mask)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, mask)
        self.block(node.body)

    def _try(self, node: Any) -> None:
        before = self.env.copy()
        self.block(node.body)
        after = self.env.copy()
        self.join(before)
        failed = self.env
        self.env = after
        self.block(node.orelse)
        done = [] if self._leaves(node.body) or self._leaves(node.orelse) else [self.env]
        for handler in node.handlers:
            self.env = failed.copy()
            self.value(handler.type)
            if handler.name:
                self.store(handler.name, 0)
            self.block(handler.body)
            if not self._leaves(handler.body):
                done.append(self.env)
        self.env = done[0] if done else failed
        for env in done[1:]:
            self.join(env)
        if node.finalbody and done:
            self.join(failed)
        self.block(node.finalbody)

    def _match(self, node: ast.Match) -> None:
        subject = self.value(node.subject)
        first, last = node.cases[0], node.cases[-1]
        exits = 0
        for case in node.cases:
            exits |= self._exits(case.body)
        where = region(first.body[0], last.body[-1])
        runs, control, before = self.runs, self.control, self.env
        joined = before.copy()
        for case in node.cases:
            self.env = before.copy()
            for pattern in ast.walk(case.pattern):
                name = getattr(pattern, "name", None) or getattr(pattern, "rest", None)
                if isinstance(name, str):
                    self.store(name, subject)
                elif isinstance(pattern, ast.MatchValue):
                    subject |= self.value(pattern.value)
            subject |= self.value(case.guard)
            self.runs, self.control = runs | subject, control | subject
            self.block(case.body)
            self.runs, self.control = runs, control
            if not self._leaves(case.body):
                joined, self.env = self.env, joined
                self.join(joined)
                joined = self.env
        self.env = joined
        self.put(Branch(self._reach_of(where, exits, subject), region(node.subject)), subject)

    def _def(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.values(node.decorator_list)
        self.define(node)
        self.store(node.name, 0)

    def _class(self, node: ast.ClassDef) -> None:
        self.values([*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)])
        for statement in node.body:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.values(statement.decorator_list)
                self.define(statement)
            elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
                self.put(LOST, self.value(statement.value))
        self.store(node.name, 0)


class AskedTracer(Tracer):
    """Follows single expressions that a rule asks about."""

    def __init__(self, module: Module, marks: Marks, node: Any, function: Function, asked: list[ast.expr]) -> None:
        super().__init__(module, marks, node, function)
        self.asked = {id(each): Asked(number) for number, each in enumerate(asked)}

    def value(self, node: ast.expr | None) -> int:
        mask = super().value(node)
        if node is not None and id(node) in self.asked:
            mask |= self.bit(self.asked[id(node)])
        return mask


def _exits(statement: ast.stmt, of: Callable[[list[ast.stmt]], int]) -> int:
    """How ``statement`` may leave what is around it; ``of`` tells it of the statements in it."""
    kind = type(statement)
    if kind in _LEAVES:
        return _LEAVES[kind] | _ALWAYS
    if kind in _DEFINITIONS:
        return 0
    inside = [of(getattr(statement, name, None) or []) for name in ("body", "orelse", "finalbody")]
    inside += [of(part.body) for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ()))]
    found = 0
    for each in inside:
        found |= each & ~_ALWAYS
    if kind in _LOOPS:
        found &= _EXITS_FUNCTION
    if (kind is ast.If and inside[0] & inside[1] & _ALWAYS) or (kind in _WITHS and inside[0] & _ALWAYS):
        found |= _ALWAYS
    return found


_STATEMENTS: dict[type, Callable[[Tracer, Any], None]] = {
    ast.Expr: Tracer._expr,
    ast.Assign: Tracer._assign,
    ast.AnnAssign: Tracer._annotated,
    ast.AugAssign: Tracer._augmented,
    ast.Delete: Tracer._delete,
    ast.Return: Tracer._return,
    ast.Raise: Tracer._raise,
    ast.Assert: Tracer._assert,
    ast.If: Tracer._if,
    ast.For: Tracer._for,
    ast.AsyncFor: Tracer._for,
    ast.While: Tracer._while,
    ast.With: Tracer._with,
    ast.AsyncWith: Tracer._with,
    ast.Try: Tracer._try,
    ast.Match: Tracer._match,
    ast.FunctionDef: Tracer._def,
    ast.AsyncFunctionDef: Tracer._def,
    ast.ClassDef: Tracer._class,
    ast.Pass: Tracer._ignore,
    ast.Break: Tracer._ignore,
    ast.Continue: Tracer._ignore,
    ast.Import: Tracer._ignore,
    ast.ImportFrom: Tracer._ignore,
    ast.Global: Tracer._ignore,
    ast.Nonlocal: Tracer._ignore,
}
if hasattr(ast, "TryStar"):
    _STATEMENTS[ast.TryStar] = Tracer._try
