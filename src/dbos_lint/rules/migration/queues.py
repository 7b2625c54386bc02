"""Queues that ``Queue(...)`` makes in a module: registered behind ``DBOS.launch()``, and named where they are used.

A queue is rewritten in all files of the project, or not at all.
"""

from __future__ import annotations

import ast
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

from dbos_lint.catalog import api
from dbos_lint.fix import Applicability, Arguments, ByHand, Change, Delete, Expression, Fix, Import, Replace, Unimport
from dbos_lint.rules.migration.files import File, Files, UnsureError
from dbos_lint.rules.migration.launches import Launch, LaunchSites
from dbos_lint.rules.migration.moving import Moved, flat, literal, moved, named, statement
from dbos_lint.rules.migration.queue_limits import DROPPED, POSITIONAL, limits, renames
from dbos_lint.rules.migration.queue_makers import Made, QueueMakers
from dbos_lint.rules.migration.variables import Use, Uses, imports_from, uses_of
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.literals import literals
from dbos_lint.semantics.registering import defines_workflow
from dbos_lint.semantics.scoping import Place, binding_scope, place_of
from dbos_lint.semantics.sites import MODULE
from dbos_lint.semantics.spellings import spelling
from dbos_lint.syntax.spans import Span, span_of
from dbos_lint.syntax.trees import dotted

_ENQUEUES = {"enqueue": "enqueue_workflow", "enqueue_async": "enqueue_workflow_async"}
_LISTENS = frozenset({f"{api.DBOS}.listen_queues"})
_DEBOUNCES = api.with_async(frozenset({f"{api.DEBOUNCER}.create"}))


@dataclass
class _Plan:
    """What becomes of the queue that is made at ``made`` in the file ``path``: ``changes`` by file, or the reason why
    it is left to a person. It holds no tree."""

    path: str
    made: Span
    name: str = ""
    uses: list[tuple[str, Span]] = field(default_factory=list)
    changes: dict[str, dict[Change, None]] = field(default_factory=dict)
    reason: str = ""
    in_place: bool = False
    fixes: dict[str, Fix] = field(default_factory=dict)

    def add(self, file: File, *changes: Change) -> None:
        self.changes.setdefault(file.path, {}).update(dict.fromkeys(changes))

    def concerns(self, path: str, span: Span) -> bool:
        """Whether a finding at ``span`` is about this queue."""
        if (path, span) == (self.path, self.made):
            return True
        uses = self._uses.get(path, ())
        first, last = bisect_left(uses, span[:2]), bisect_right(uses, (*span[2:], sys.maxsize))
        return any(uses[number][2:] <= span[2:] for number in range(first, last))

    @cached_property
    def _uses(self) -> dict[str, list[tuple[int, ...]]]:
        """Where each file uses the queue, in the order of the text."""
        found: dict[str, list[tuple[int, ...]]] = {}
        for path, span in sorted(self.uses):
            found.setdefault(path, []).append(span)
        return found

    def fix(self, path: str) -> Fix:
        """What mends a finding in the file ``path``: the same for all of them."""
        if path not in self.fixes:
            title = f"register the queue {self.name} behind DBOS.launch(), and enqueue by its name"
            if self.in_place:
                title = f"register the queue {self.name}"
            others = tuple(each for each in self._sorted.items() if each[0] != path)
            self.fixes[path] = Fix(title, Applicability.UNSAFE, self._sorted.get(path, ()), others)
        return self.fixes[path]

    @cached_property
    def _sorted(self) -> dict[str, tuple[Change, ...]]:
        return {path: tuple(changes) for path, changes in sorted(self.changes.items())}


_Key = tuple[str, Span]


class Queues:
    """The queues that the project of the linted file makes by ``Queue(...)``."""

    def __init__(self, here: Here) -> None:
        self._here = here
        self._resolver = here.resolver
        self._files = here.once(Files)
        self._sites = here.once(LaunchSites)
        self._plans: dict[_Key, _Plan] = {}
        self._makers = here.once(QueueMakers)

    def at(self, path: str, span: Span) -> Fix | ByHand | None:
        """What becomes of the queue that a finding in the file ``path`` is about."""
        plan = self._made_at(path, span)
        if plan is None:
            plan = next((plan for plan in self._likely(path, span) if plan.concerns(path, span)), None)
        if plan is None:
            # Where the uses of a queue are not all seen, its name tells which one it is.
            named = [self._plan_of(self._makers.made[number]) for number in self._named(self._names(span))]
            return ByHand((named[0].reason if len(named) == 1 else "") or "which queue this is cannot be told")
        if plan.reason:
            return ByHand(plan.reason)
        return plan.fix(path)

    def _made_at(self, path: str, span: Span) -> _Plan | None:
        """The plan of the queue that is made at ``span``: for that, no other needs to be looked for."""
        file = self._files.at(path)
        if file is None:
            return None
        node = self._makers.within(file).get(span)
        return None if node is None else self._plan(file, node)

    def _likely(self, path: str, span: Span) -> Iterator[_Plan]:
        """The plans that may be about ``span``, those first of which that is most likely."""
        made, names = self._makers.made, self._names(span)
        # Every file may have a 'queue'.
        own = {number for name in names for number in self._makers.by_name.get(name, {}).get(path, ())}
        yield from (self._plan_of(made[number]) for number in sorted(own))
        others = {number: None for number in (*self._named(names), *range(len(made))) if number not in own}
        yield from (self._plan_of(made[number]) for number in others)

    def _names(self, span: Span) -> list[str]:
        """The names in what is called at ``span``."""
        call = self._files.own.call_at(span)
        return dotted(call.func).split(".") if call is not None else []

    def _named(self, names: Iterable[str]) -> list[int]:
        """The numbers of the queues, in order, that are assigned to one of ``names``."""
        known = (numbers for name in names for numbers in self._makers.by_name.get(name, {}).values())
        return sorted({number for numbers in known for number in numbers})

    def _plan_of(self, made: Made) -> _Plan:
        return self._shared.get((made.module.path, made.span)) or self._plan(*self._makers.node(made))

    def _plan(self, home: File, node: ast.Call) -> _Plan:
        key = (home.path, span_of(node))
        if key not in self._plans:
            plan = self._plans[key] = _Plan(*key)
            try:
                launch = self._sites.above(home, node)
                if launch is not None:
                    self._in_place(plan, home, node, launch)
                    return plan
                target = _assigned(home, node)  # where that is uncertain, no other file counts
                if key in self._shared:
                    self._plans[key] = self._shared[key]
                else:
                    self._shared[key] = plan
                    self._rewrite(plan, home, node, target)
            except UnsureError as unsure:
                plan.reason = str(unsure)
            except RecursionError:
                plan.reason = "the program nests too deeply"
        return self._plans[key]

    @cached_property
    def _shared(self) -> dict[_Key, _Plan]:
        """The plans that were made for other files: each is made of the whole project, and the same for all of it."""
        return self._files.once("plans of queues", dict[_Key, _Plan])

    def _rewrite(self, plan: _Plan, home: File, node: ast.Call, target: str) -> None:
        found = uses_of(self._here, home, target)
        plan.uses = [(use.file.path, span_of(use.node)) for use in found.uses]
        given = _given(node)
        name = given.pop("name", None)
        if name is None:
            raise UnsureError("it has no name")
        limited = limits(given)
        naming = _Naming(self._here, home, name, found)
        plan.name = repr(naming.value)
        for use in found.uses:
            self._use(plan, naming, use)
        self._take_away(plan, home, node, found)
        for launch in self._sites.of(home):
            self._register(plan, home, node, naming, limited, launch)

    def _in_place(self, plan: _Plan, file: File, node: ast.Call, launch: Launch) -> None:
        """What is made behind a launch can be registered where it stands: that gives an object that can do the same."""
        given = _given(node)
        name = given.pop("name", None)
        limits(given)
        told = {key: value for key, value in given.items() if key not in DROPPED}
        names = renames(told, given.get("partition_queue"))
        outer = file.outer(node)
        is_async = isinstance(outer, ast.AsyncFunctionDef)
        if name is None or isinstance(outer, ast.Lambda) or (is_async and not _is_assigned(file, node)):
            raise UnsureError("it is not simply assigned to a variable")
        dbos, needed = self._sites.dbos(launch)
        made = f"await {dbos}.register_queue_async" if is_async else f"{dbos}.register_queue"
        positional = list(zip(POSITIONAL, node.args, strict=False))
        arguments = Arguments(
            span_of(node),
            drop=tuple(sorted(given.keys() & DROPPED)),
            rename=tuple(
                (each.arg, names[each.arg]) for each in node.keywords if each.arg in told and each.arg in names
            ),
            keywords=tuple((index, names.get(key, key)) for index, (key, _) in enumerate(positional) if index),
        )
        plan.name = file.text(span_of(name))
        plan.in_place = True
        plan.add(file, Replace(span_of(node.func), made), *needed)
        if arguments != Arguments(span_of(node)):
            plan.add(file, arguments)
        if isinstance(node.func, ast.Name):
            plan.add(file, Unimport(node.func.id))

    # ------------------------------------------------------------------ uses

    def _use(self, plan: _Plan, naming: _Naming, use: Use) -> None:
        file, node = use.file, use.node
        if any(isinstance(each, ast.JoinedStr) for each in file.around(node)):
            raise UnsureError(f"it stands in an f-string ({_where(use)})")
        parent = file.parent(node)
        if isinstance(parent, ast.Attribute):
            outer = file.parent(parent)
            if parent.attr == "name" and isinstance(parent.ctx, ast.Load):
                self._replace(plan, naming, file, parent)
                return
            if parent.attr in _ENQUEUES and isinstance(outer, ast.Call) and outer.func is parent:
                self._enqueue(plan, naming, file, outer, _ENQUEUES[parent.attr])
                return
            raise UnsureError(f"its '{parent.attr}' is used ({_where(use)})")
        call = next((each for each in file.around(node) if isinstance(each, ast.Call)), None)
        if call is None or id(call) not in file.calls or not self._takes_name(file, node, call):
            raise UnsureError(f"the object is handed on ({_where(use)})")
        self._replace(plan, naming, file, node)

    def _takes_name(self, file: File, node: ast.expr, call: ast.Call) -> bool:
        """Whether ``call`` takes ``node`` as a queue that it may as well be told by name."""
        names = self._here.analysis.calls.callees(file.module, file.calls[id(call)]).names
        parent = file.parent(node)
        if names and names <= _LISTENS and isinstance(parent, (ast.List, ast.Tuple, ast.Set)):
            outer = file.parent(parent)
            return outer is call or (isinstance(outer, ast.keyword) and file.parent(outer) is call)
        is_queue = isinstance(parent, ast.keyword) and parent.arg == "queue" and file.parent(parent) is call
        return bool(names) and names <= _DEBOUNCES and is_queue

    def _replace(self, plan: _Plan, naming: _Naming, file: File, node: ast.expr) -> None:
        text, imports = naming.at(file, file.place(node))
        plan.add(file, Expression(span_of(node), text), *imports)

    def _enqueue(self, plan: _Plan, naming: _Naming, file: File, node: ast.Call, method: str) -> None:
        record = file.calls[id(node)]
        place = place_of(record)
        text, imports = naming.at(file, place)
        dbos = spelling(self._resolver, file.module, place, api.DBOS)
        if dbos is None:
            raise UnsureError(f"DBOS has no name where it enqueues ({file.where(node)})")
        func = Replace(span_of(node.func), f"{dbos.text}.{method}")
        plan.add(file, func, _first_argument(file, node, text), *imports, *dbos.imports)

    # ------------------------------------------------------------------ what makes it

    def _take_away(self, plan: _Plan, home: File, node: ast.Call, found: Uses) -> None:
        plan.add(home, Delete(span_of(home.statement(node))))
        maker = dotted(node.func).partition(".")[0]
        if maker:
            plan.add(home, Unimport(maker))
        for file, local, node_of in found.imported:
            plan.add(file, Unimport(local, gone=True, beside=self._beside(home, file, node_of)))
        for use in found.uses:
            if (
                isinstance(use.node, ast.Attribute)
                and isinstance(use.node.value, ast.Name)
                and not self._has_workflows(home)
            ):
                plan.add(use.file, Unimport(use.node.value.id))
        for file, node_of in found.within:
            if len(node_of.names) > 1 or self._has_workflows(home):
                raise UnsureError(f"it is imported inside a function ({file.where(node_of)})")
            plan.add(file, Delete(span_of(node_of)))

    def _beside(self, home: File, file: File, node: ast.ImportFrom) -> tuple[Span, ...]:
        """The imports that make dbos know the workflows of ``home``, if there are any: not all of them may go."""
        if not self._has_workflows(home):
            return ()
        imports = list(imports_from(file, home.path, self._resolver))
        if len(node.names) == 1 and not any(each is not node for each in imports):
            raise UnsureError(f"its import is what makes its workflows known ({file.where(node)})")
        return tuple(map(span_of, imports))

    def _has_workflows(self, home: File) -> bool:
        return defines_workflow(self._resolver, home.module)

    # ------------------------------------------------------------------ registering

    def _register(
        self,
        plan: _Plan,
        home: File,
        node: ast.Call,
        naming: _Naming,
        limited: dict[str, ast.expr],
        launch: Launch,
    ) -> None:
        file, place = launch.file, launch.place
        dbos, needed = self._sites.dbos(launch)
        text, imports = naming.at(file, place)
        items, wanted = [text], [*needed, *imports]
        for name, value in limited.items():
            argument: Moved = moved(self._resolver, home, value, file, place)
            items.append(f"{name}={argument.text}")
            wanted += argument.imports
        head = f"await {dbos}.register_queue_async(" if launch.is_async else f"{dbos}.register_queue("
        # What is said of the queue goes where it is told of its limits now.
        said = "".join(f"{comment}\n" for comment in home.comments(home.statement(node)))
        plan.add(file, launch.behind(said + statement(head, items, ")")), *wanted)


class _Naming:
    """How the name of a queue is written: by the constant that it was made with, where that is known, else as it is."""

    def __init__(self, here: Here, home: File, node: ast.expr, uses: Uses) -> None:
        self._resolver = here.resolver
        self._home = home
        self._uses = uses
        self._node = node
        call = home.calls[id(next(each for each in home.around(node) if isinstance(each, ast.Call)))]
        reference = call.args[0] if call.args else next(ref for name, ref in call.keywords if name == "name")
        found = literals(here.resolver, home.module, reference, Place(MODULE, node.lineno))
        if found is None or len(found) != 1 or not isinstance(found[0], str):
            raise UnsureError("its name is made at run time")
        self.value = found[0]

    def at(self, file: File, place: Place) -> tuple[str, tuple[Import, ...]]:
        """The name as it is written at ``place`` of ``file``."""
        if isinstance(self._node, ast.Constant):
            text = flat(self._home, self._node)
            return (text if text[0] in "\"'" else literal(self.value)), ()
        text = dotted(self._node)
        scope = binding_scope(file.module, place.scope, text.partition(".")[0])
        bound = scope.bindings[text.partition(".")[0]] if scope is not None and scope.id == MODULE else ()
        is_certain = all(each.block == MODULE for each in bound)
        if is_certain and literals(self._resolver, file.module, text, place) == (self.value,):
            return text, ()
        if isinstance(self._node, ast.Name) and file is not self._home:
            for other, _, node in self._uses.imported:
                source = self._resolver.project.find(node.module or "", node.level, file.path)
                if other is file and source == self._home.path:
                    with suppress(UnsureError):
                        return text, named(self._resolver, self._home, text, file, place)
        return literal(self.value), ()


def _assigned(file: File, node: ast.Call) -> str:
    """The module's variable that the queue is assigned to."""
    parent = file.parent(node)
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1:
        target: ast.expr = parent.targets[0]
    elif isinstance(parent, ast.AnnAssign):
        target = parent.target
    else:
        raise UnsureError("it is not simply assigned to a variable of the module")
    if not isinstance(target, ast.Name) or not file.is_global(parent):
        raise UnsureError("it is not simply assigned to a variable of the module")
    if file.siblings(parent) is not file.tree.body:
        raise UnsureError("it is made under a condition")
    return target.id


def _is_assigned(file: File, node: ast.Call) -> bool:
    return isinstance(file.parent(node), (ast.Assign, ast.AnnAssign))


def _given(node: ast.Call) -> dict[str, ast.expr]:
    """The arguments of ``Queue(...)`` by their names."""
    if any(isinstance(each, ast.Starred) for each in node.args) or any(each.arg is None for each in node.keywords):
        raise UnsureError("not all of its arguments are written down")
    if len(node.args) > len(POSITIONAL):
        raise UnsureError("it has more arguments than a queue takes")
    given = dict(zip(POSITIONAL, node.args, strict=False))
    return {**given, **{str(each.arg): each.value for each in node.keywords}}


def _first_argument(file: File, node: ast.Call, text: str) -> Replace:
    """Puts ``text`` before all other arguments of a call."""
    row, col = node.func.end_lineno or 0, node.func.end_col_offset or 0
    rest = file.lines[row - 1][col:]
    opening = len(rest) - len(rest.lstrip())
    if rest[opening : opening + 1] != b"(" or not (node.args or node.keywords):
        raise UnsureError(f"its arguments stand in an odd place ({file.where(node)})")
    at = (row, col + opening + 1)
    first = min([*map(span_of, node.args), *map(span_of, node.keywords)], key=lambda each: each[:2])
    before = file.lines[first.row - 1][: first.col]
    if first.row > row and not before.strip():
        # Each argument has a line of its own.
        at = first[:2]
        return Replace(Span(*at, *at), f"{text},\n{before.decode()}")
    return Replace(Span(*at, *at), f"{text}, ")


def _where(use: Use) -> str:
    return use.file.where(use.node)
