"""Where a value goes inside one function: only into logs, or somewhere that it matters.

When in doubt it matters.
"""

from __future__ import annotations

import ast

# Calls that give a value back in another form.
_TRANSPARENT = frozenset(
    [
        "round",
        "int",
        "float",
        "str",
        "repr",
        "abs",
        "format",
        "max",
        "min",
        "divmod",
        "isoformat",
        "strftime",
        "timestamp",
        "total_seconds",
        "ctime",
        "hex",
        "join",
        "replace",
        "astimezone",
        "date",
        "time",
    ]
)
_LOGGING_METHODS = frozenset(
    [
        "debug",
        "info",
        "warning",
        "warn",
        "error",
        "exception",
        "critical",
        "log",
        "trace",
        "success",
        "set_attribute",
        "set_attributes",
        "add_event",
        "set_tag",
        "set_extra",
        "observe",
        "record",
        "timing",
        "gauge",
        "histogram",
        "increment",
        "incr",
        "distribution",
    ]
)
# Methods that only loggers, spans and metrics have, whatever they are called.
_ALWAYS_LOGGING = frozenset(
    ["observe", "set_attribute", "set_attributes", "add_event", "set_tag", "debug", "exception"]
)
_LOGGING_FUNCTIONS = frozenset({"print", "pprint", "log"})
# The receivers by which a call is known to log, trace or count: the last name before the method holds one of these.
_LOGGERS = (
    "log",
    "span",
    "trace",
    "metric",
    "stats",
    "histogram",
    "counter",
    "gauge",
    "console",
    "telemetry",
    "sentry",
)
# How many expressions a value is followed through.
_DEPTH = 12
# How many names, or calls, a value goes through before it is taken to matter.
_NAMES = 40
# Expressions whose value holds that of their parts.
_PASSING = (
    ast.keyword,
    ast.Await,
    ast.BinOp,
    ast.UnaryOp,
    ast.JoinedStr,
    ast.FormattedValue,
    ast.Attribute,
    ast.Tuple,
    ast.List,
    ast.Dict,
)
# What tells of a task without waiting for it.
_OF_RUNNING_TASKS = frozenset({"done", "cancelled", "add_done_callback", "set_name", "get_name"})


class Flow:
    """The flow inside one function; its table of parents is made when it is first asked."""

    def __init__(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._function = function
        self._parents: dict[int, ast.AST] | None = None
        self._loads: dict[str, list[ast.Name]] = {}
        self._shared: set[str] = set()
        self._fates: dict[tuple[str, bool], tuple[bool, list[ast.Call]]] = {}
        self._used: dict[tuple[str, bool], tuple[list[str], list[ast.Call]] | None] = {}
        self.through: list[ast.Call] = []
        """The calls through which the value last asked for goes on its way: harmless where they only compute."""

    def only_logged(self, node: ast.expr, jitter: bool = False) -> bool:
        """Whether the value of ``node`` reaches nothing but logging, printing, tracing and metrics, or how long dbos
        waits: a recorded wait does not ask again. ``jitter`` says that the value is random and not a clock's: a sleep
        *until* a moment may be skipped on recovery, and is not harmless."""
        if self._parents is None:
            self._parents = self._scan()
        self.through = []
        names = self._way(node, jitter, self.through)
        for name in names or ():
            harmless, through = self._fate(name, jitter)
            if not harmless:
                return False
            self.through.extend(through)
        return names is not None

    def is_lost(self, node: ast.expr) -> bool:
        """Whether the value of ``node`` is only given a name that nothing reads."""
        if self._parents is None:
            self._parents = self._scan()
        parent = self._parents.get(id(node))
        targets = parent.targets if isinstance(parent, ast.Assign) else []
        names = [target.id for target in targets if isinstance(target, ast.Name)]
        return len(names) == len(targets) == 1 and names[0] not in self._loads and names[0] not in self._shared

    def runs_until_cancelled(self, node: ast.expr) -> bool:
        """Whether the task ``node`` is let run beside the function until that cancels it, which comes before all else
        that is done with it: nobody waits for such a task, as a heartbeat or the renewal of a lock."""
        if self._parents is None:
            self._parents = self._scan()
        parent = self._parents.get(id(node))
        targets = parent.targets if isinstance(parent, ast.Assign) else []
        if len(targets) != 1 or not isinstance(targets[0], ast.Name) or targets[0].id in self._shared:
            return False
        loads = sorted(self._loads.get(targets[0].id, ()), key=lambda load: (load.lineno, load.col_offset))
        uses = [getattr(self._parents.get(id(load)), "attr", "") for load in loads]
        return next((use for use in uses if use not in _OF_RUNNING_TASKS), "") == "cancel"

    def _scan(self) -> dict[int, ast.AST]:
        parents: dict[int, ast.AST] = {}
        todo: list[ast.AST] = [self._function]
        while todo:
            parent = todo.pop()
            if isinstance(parent, ast.Name):
                if isinstance(parent.ctx, ast.Load):
                    self._loads.setdefault(parent.id, []).append(parent)
                continue
            if isinstance(parent, ast.Constant):
                continue
            if isinstance(parent, (ast.Global, ast.Nonlocal)):
                self._shared.update(parent.names)
            for name in parent._fields:
                child = getattr(parent, name)
                if isinstance(child, list):
                    for item in child:
                        if isinstance(item, ast.AST):
                            parents[id(item)] = parent
                            todo.append(item)
                elif isinstance(child, ast.AST):
                    parents[id(child)] = parent
                    todo.append(child)
        return parents

    def _way(self, node: ast.AST, jitter: bool, through: list[ast.Call]) -> list[str] | None:
        """The names that the value of ``node`` is given before it ends up where it does no harm; else None."""
        assert self._parents is not None
        names: list[str] = []
        passed: list[ast.AST] = []
        for _ in range(_DEPTH):
            parent = self._parents.get(id(node))
            if isinstance(parent, ast.Expr):
                return None if node in passed else names
            if isinstance(parent, ast.Call):
                if _logs(parent) or _is_harmless_argument(parent, node, jitter):
                    return names
                if parent.func is not node and not _transparent(parent):
                    passed.append(parent)
                    through.append(parent)
            elif isinstance(parent, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
                if parent.value is not node or isinstance(self._parents.get(id(parent)), ast.ClassDef):
                    return None
                for target in parent.targets if isinstance(parent, ast.Assign) else [parent.target]:
                    if not isinstance(target, ast.Name):
                        return None
                    names.append(target.id)
                if not isinstance(parent, ast.NamedExpr):
                    return names
            elif not isinstance(parent, _PASSING):
                return None
            node = parent
        return None

    def _fate(self, name: str, jitter: bool) -> tuple[bool, list[ast.Call]]:
        """Whether what ``name`` holds does no harm, nor by way of other names; and the calls that it goes through."""
        key = (name, jitter)
        if key not in self._fates:
            through: list[ast.Call] = []
            self._fates[key] = (self._is_harmless(name, jitter, through), through)
        return self._fates[key]

    def _is_harmless(self, name: str, jitter: bool, through: list[ast.Call]) -> bool:
        names = {name: None}
        queue = [name]
        for each in queue:
            uses = self._uses(each, jitter)
            if uses is None:
                return False
            given, calls = uses
            queue.extend(new for new in given if new not in names)
            names.update(dict.fromkeys(given))
            through.extend(calls)
            if len(queue) > _NAMES or len(through) > _NAMES:
                return False
        return True

    def _uses(self, name: str, jitter: bool) -> tuple[list[str], list[ast.Call]] | None:
        """The names that are given what ``name`` holds, and the calls that it goes through; None if it does harm."""
        key = (name, jitter)
        if key not in self._used:
            names: dict[str, None] = {}
            through: list[ast.Call] = []
            harmless = name not in self._shared
            for load in self._loads.get(name, ()) if harmless else ():
                given = self._way(load, jitter, through)
                harmless = given is not None and len(through) <= _NAMES
                if not harmless:
                    break
                names.update(dict.fromkeys(given or ()))
            self._used[key] = (list(names), through) if harmless else None
        return self._used[key]


def _logs(call: ast.Call) -> bool:
    func = call.func
    if isinstance(func, ast.Name):
        return func.id in _LOGGING_FUNCTIONS
    if not isinstance(func, ast.Attribute) or func.attr not in _LOGGING_METHODS | _LOGGING_FUNCTIONS:
        return False
    if func.attr in _ALWAYS_LOGGING:
        return True
    base = func.value
    while isinstance(base, ast.Call):
        base = base.func
    name = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
    return any(logger in name.lower() for logger in _LOGGERS)


def _is_harmless_argument(call: ast.Call, argument: ast.AST, jitter: bool) -> bool:
    """Whether ``argument`` is how long a recorded wait lasts, or the ID under which a child is started: a recorded
    child keeps its ID."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    name = name.removesuffix("_async")
    if name in ("recv", "get_event"):
        return isinstance(argument, ast.keyword) and argument.arg == "timeout_seconds"
    return name == "SetWorkflowID" or (jitter and name == "sleep")


def _transparent(call: ast.Call) -> bool:
    func = call.func
    name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    return name in _TRANSPARENT
