"""Where the walk over a module is, and what it gathers there; see :mod:`dbos_lint.semantics.collect`."""

from __future__ import annotations

import ast
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, TypeAlias

from dbos_lint.catalog.nondeterminism import READ_TERMINALS
from dbos_lint.semantics.aliases import Renamed
from dbos_lint.semantics.attempts import raises_in
from dbos_lint.semantics.flow_variables import Marks
from dbos_lint.semantics.references import References
from dbos_lint.semantics.sites import MODULE, Attempt, Binding, Call, Launch, Loop, Managed, Read, Ref, Try, Write
from dbos_lint.semantics.summary import Block, Class, Function, Module, Scope
from dbos_lint.syntax.spans import Span, span_of

if TYPE_CHECKING:
    from dbos_lint.semantics.uses import Uses

DefNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


class Nodes:
    """The nodes of the linted file that rules look at, beside their records in the summary.

    A ``with`` and a loop stand beside the function that runs them.
    """

    __slots__ = ("calls", "classes", "dicts", "functions", "imports", "loops", "tries", "withs")

    def __init__(self) -> None:
        self.calls: list[tuple[ast.Call, Call]] = []
        self.functions: list[tuple[DefNode, Function]] = []
        self.classes: list[tuple[ast.ClassDef, Class]] = []
        self.tries: list[tuple[ast.Try, Try]] = []
        self.withs: list[tuple[ast.With | ast.AsyncWith, Function]] = []
        self.loops: list[tuple[ast.For | ast.AsyncFor | ast.While, Function]] = []
        self.imports: list[ast.Import | ast.ImportFrom] = []
        self.dicts: list[ast.Dict] = []

    def belong_to(self, module: Module) -> None:
        """Stand beside the records of ``module``, a summary of the same text."""
        self.functions = [(node, module.functions[record.id]) for node, record in self.functions]
        self.classes = [(node, module.classes[record.id]) for node, record in self.classes]
        self.withs = [(node, module.functions[record.id]) for node, record in self.withs]
        self.loops = [(node, module.functions[record.id]) for node, record in self.loops]


class Work:
    """What a function does by itself, as far as it has been read; in the end its record holds it."""

    __slots__ = (
        "attempts",
        "calls",
        "function",
        "launches",
        "loops",
        "managed",
        "raises",
        "reads",
        "results",
        "withs",
        "writes",
        "yields",
    )

    def __init__(self, function: Function) -> None:
        self.function = function
        self.results: list[Ref] = []
        self.yields: list[Ref] = []
        self.calls: list[Call] = []
        self.reads: list[Read] = []
        self.writes: list[Write] = []
        self.withs: list[Read] = []
        self.raises: list[Read] = []
        self.loops: list[Loop] = []
        self.attempts: list[Attempt] = []
        self.managed: list[Managed] = []
        self.launches: list[Launch] = []

    def record(self) -> None:
        """Put it into the function's record, in no more room than it takes."""
        function = self.function
        function.results = tuple(self.results)
        function.yields = tuple(self.yields)
        function.calls = tuple(self.calls)
        function.reads = tuple(self.reads)
        function.writes = tuple(self.writes)
        function.withs = tuple(self.withs)
        function.raises = tuple(self.raises)
        function.loops = tuple(self.loops)
        function.attempts = tuple(self.attempts)
        function.managed = tuple(self.managed)
        function.launches = tuple(self.launches)


class Body:
    """The body that is being walked: that of ``node``, or the module's.

    ``guards`` tell what the tests around make sure of, by the text of what they ask about. ``lookups`` are the calls
    that names were given (``value = c.get(k)``), ``conditions`` what names say of others (``missing = value is None``).
    ``launching`` are the calls that run coroutines side by side, each with who makes it.
    """

    __slots__ = ("_raises", "_uses", "conditions", "guards", "launching", "lookups", "node")

    def __init__(self, node: DefNode | None = None) -> None:
        self.node = node
        self.guards: dict[str, str] = {}
        self.lookups: dict[str, ast.Call] = {}
        self.conditions: dict[str, ast.expr] = {}
        self.launching: list[tuple[ast.Call, Work]] = []
        self._uses: Uses | None = None
        self._raises: list[tuple[int, AbstractSet[str]]] | None = None

    def raises(self) -> list[tuple[int, AbstractSet[str]]]:
        """Where something is raised in the body, what is defined in it included."""
        if self._raises is None:
            self._raises = [] if self.node is None else raises_in(self.node)
        return self._raises

    def runs_until_cancelled(self, task: ast.Call) -> ast.Call | None:
        """The call whose coroutine the call ``task`` lets run beside the body until that cancels it."""
        if self.node is None:
            return None
        if self._uses is None:
            from dbos_lint.semantics.uses import Uses  # few functions make tasks

            self._uses = Uses(self.node)
        return self._uses.runs_until_cancelled(task)

    def launch(self, calls: list[tuple[ast.Call, Call]], renamed: Renamed) -> None:
        """Tell what is launched, when all ``calls`` of the body are known."""
        if self.node is not None and self.launching:
            from dbos_lint.semantics.tasks import Tasks  # as above

            tasks = Tasks(self.node, {id(node): call.number for node, call in calls}, renamed)
            for node, work in self.launching:
                work.launches.append(tasks.of(node))


class Scopes:
    """The scopes, functions and blocks of a module, and the names that are bound in them."""

    def __init__(self, path: str, name: str) -> None:
        self.module = Module(path, name, [], [], [], [Block(MODULE, "module")])
        self.nodes = Nodes()
        self.marks = Marks()
        self.references = References(lambda node: self.lambda_work(node).function.id, self.module.renamed)
        # How the value of a call is used, by the identity of its node; what is known before it is met.
        self.flags: dict[int, int] = {}
        # The names that may be known sources by themselves, as they are called here.
        self.readable = set(READ_TERMINALS)
        self.scope = self.new_scope("module", MODULE, MODULE)
        self.function = Function(MODULE, "<module>", "<module>", MODULE, MODULE, None, False, Span(1, 0, 1, 0), MODULE)
        self.module.functions.append(self.function)
        self.work = Work(self.function)
        self.body = Body()
        self.block = MODULE
        self.owner: Class | None = None
        self._works = [self.work]
        self._lambdas: dict[int, Work] = {}
        self._changed: dict[int, set[str]] = {}

    def finish(self) -> None:
        """Let the summary hold what has been gathered for it."""
        # They ask for lambdas here: without the circle, the tree is freed with the last who needs it.
        del self.references
        for work in self._works:
            work.record()
        for id, names in self._changed.items():
            self.module.scopes[id].augmented = frozenset(names)
        for scope in self.module.scopes:
            for bindings in scope.bindings.values():
                if len(bindings) > 1:
                    bindings.sort(key=_row)

    # ------------------------------------------------------------------ scopes, names

    def enter(self, scope: Scope, work: Work) -> None:
        """Go on there."""
        self.scope, self.work, self.function = scope, work, work.function

    def new_scope(self, kind: str, parent: int, function: int) -> Scope:
        scope = Scope(len(self.module.scopes), kind, parent, function)
        self.module.scopes.append(scope)
        return scope

    def new_block(self, kind: str, choice: int = MODULE, leaves: bool = False) -> int:
        blocks = self.module.blocks
        blocks.append(Block(self.block, kind, choice, leaves))
        return len(blocks) - 1

    def bind(self, name: str, kind: str, value: Any, row: int) -> None:
        """Note that ``name`` is given a meaning here, by a ``:=`` around comprehensions."""
        scope = self.scope
        if kind == "walrus":
            kind = "value"
            while scope.kind == "comprehension":
                scope = self.module.scopes[scope.parent]
        if name in scope.globals:
            scope = self.module.scopes[MODULE]
        elif name in scope.nonlocals:
            scope = self.enclosing(scope, name)
        binding, known = Binding(kind, value, row, self.block), scope.bindings.get(name)
        if known is None:
            scope.bindings[name] = [binding]
        else:
            known.append(binding)

    def augment(self, name: str, scope: Scope) -> None:
        """Note that ``name += ...`` changes what the name means in ``scope``."""
        self._changed.setdefault(scope.id, set()).add(name)

    def enclosing(self, scope: Scope, name: str) -> Scope:
        """The function scope around ``scope`` that a ``nonlocal`` name belongs to."""
        outer = self.module.scopes[scope.parent]
        while outer.id != MODULE:
            if outer.kind == "function" and name in outer.bindings and name not in outer.nonlocals:
                return outer
            outer = self.module.scopes[outer.parent]
        return scope

    # ------------------------------------------------------------------ functions

    def lambda_work(self, node: ast.Lambda) -> Work:
        """The function that a lambda makes, be it met in a reference or on the walk."""
        known = self._lambdas.get(id(node))
        if known is None:
            known = self._lambdas[id(node)] = self.new_function(node, "<lambda>", False)
        return known

    def new_function(self, node: DefNode | ast.Lambda, name: str, is_async: bool) -> Work:
        owner = self.owner if self.scope.kind == "class" else None
        function = Function(
            len(self.module.functions),
            name,
            self.qualname(name),
            len(self.module.scopes),
            self.function.id,
            owner.id if owner else None,
            is_async,
            span_of(node),
            self.block,
        )
        self.new_scope("function", self.scope.id, function.id)
        self.module.functions.append(function)
        self.marks.functions[id(node)] = function.id
        work = Work(function)
        self._works.append(work)
        return work

    def qualname(self, name: str) -> str:
        """What Python calls the function or class ``name`` that is defined here."""
        if self.owner is not None and self.scope.kind == "class":
            return f"{self.owner.qualname}.{name}"
        return name if self.function.id == MODULE else f"{self.function.qualname}.<locals>.{name}"


def _row(binding: Binding) -> int:
    return binding.row
