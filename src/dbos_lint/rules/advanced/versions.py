"""Names and arguments of dbos that the target version does not have: not any more, not yet, or never."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache

from dbos_lint.catalog import api
from dbos_lint.catalog.history import Kind, Status, Symbol, Version, history
from dbos_lint.rules.advanced.verdicts import Verdicts, is_silent
from dbos_lint.rules.declared.advanced import REMOVED_QUEUE_CONSTRUCTOR, REMOVED_QUEUE_PARAMETER
from dbos_lint.rules.visitor import Here, Visitor
from dbos_lint.semantics.calls import Callees
from dbos_lint.semantics.dicts import dicts
from dbos_lint.semantics.origins import made_by
from dbos_lint.semantics.refs import receiver_and_method
from dbos_lint.semantics.scoping import Place, place_of
from dbos_lint.semantics.sites import Call, Ref
from dbos_lint.semantics.symbols import Use
from dbos_lint.semantics.values import Container, External, Instance, Values
from dbos_lint.syntax.spans import Span, span_of

_LISTEN = "DBOS.listen_queues"
# With it, dbos itself makes queues.
_TOKEN = "token"
_ENQUEUES = frozenset({f"{api.QUEUE}.enqueue", f"{api.QUEUE}.enqueue_async"})
# Their unknown arguments are judged by DBS308 and DBS407.
_JUDGED_ELSEWHERE = frozenset(
    {"DBOS.step", "SQLAlchemyDatasource.transaction", "AsyncSQLAlchemyDatasource.transaction", "SetEnqueueOptions"}
)
# What an object can do because of what Python makes it from.
_OF_EXCEPTIONS = frozenset(dir(BaseException)) | {"add_note"}
_OF_DATA = _OF_EXCEPTIONS | {*dir(str), *dir(tuple), *dir(dict), "name", "value"}


class _Signature:
    """What the releases of dbos know of calling something that the target version has.

    ``constructor`` is what there is to say of calling it at all. ``parameters`` are those of a class or function, all
    of them by name; ``there`` those that the target version has, ``silent`` those of which there is nothing to say,
    and ``at`` those of which there is, by position.
    """

    __slots__ = ("at", "constructor", "parameters", "silent", "there")

    def __init__(
        self,
        constructor: Symbol | None,
        parameters: Mapping[str, Symbol] | None,
        there: frozenset[str],
        silent: frozenset[str],
        at: Mapping[int, Symbol],
    ) -> None:
        self.constructor = constructor
        self.parameters = parameters
        self.there = there
        self.silent = silent
        self.at = at


class Versions(Visitor):
    """What imports, attributes and calls name of dbos."""

    def __init__(self, here: Here) -> None:
        super().__init__(here)
        self._verdicts = Verdicts(here)
        self._history = self._verdicts.history
        self._symbols = here.analysis.symbols
        # What is called, by what that may run: one object for all calls of the same.
        self._called: dict[Callees, str | None] = {}
        # Uses of which there is nothing to say.
        self._fine: set[Use] = set()

    # ------------------------------------------------------------------ imports

    def visit_module(self) -> None:
        if self.here.resolver.project.find("dbos", 0, self.here.module.path) is None:
            for node in self.here.collected.nodes.imports:
                if isinstance(node, ast.Import):
                    for alias in node.names:
                        self._module(alias.name, node)
                elif not node.level and node.module == "dbos":
                    for alias in node.names:
                        self._imported(alias)
                elif not node.level and node.module:
                    self._module(node.module, node)
        for function in self.here.module.functions:
            for read in function.reads:
                for use in self._symbols.uses(self.here.module, read.ref, read):
                    self._member(use, read.span)

    def _imported(self, alias: ast.alias) -> None:
        """``from dbos import alias``"""
        name = alias.name
        span = span_of(alias)
        symbol = self._history.get(name) or self._module_of(name)
        if symbol is not None:
            self._verdicts.judge(symbol, span, f"'dbos.{name}'", "raises ImportError")
        elif name != "*":
            self._verdicts.unknown_member(Use("", name), span, "ImportError")

    def _module_of(self, name: str) -> Symbol | None:
        """The module ``dbos.name``, unless only the first releases had it: nobody who names it thinks of those."""
        module = self._history.module(name)
        return None if module is None or module.status(self._verdicts.target) is Status.REMOVED else module

    def _module(self, name: str, node: ast.Import | ast.ImportFrom) -> None:
        """``import dbos.name``, or an import from it."""
        package, _, rest = name.partition(".")
        if package != "dbos" or not rest or any(part.startswith("_") for part in rest.split(".")):
            return
        module = self._module_of(rest)
        if module is None:
            self._verdicts.unknown_module(rest, node)
        else:
            span = span_of(node)
            self._verdicts.judge(module, span, f"the module 'dbos.{rest}'", "raises ModuleNotFoundError")

    # ------------------------------------------------------------------ attributes

    def _member(self, use: Use, span: Span | ast.expr) -> None:
        if use in self._fine:
            return
        symbol = self._history.get(use.symbol)
        if symbol is not None:
            if not self._verdicts.judge(symbol, span):
                self._fine.add(use)
        elif not use.owner and (module := self._module_of(use.member)) is not None:
            self._verdicts.judge(module, span, f"the module 'dbos.{use.member}'")
        elif not use.inherited and not self._may_have(use):
            self._verdicts.unknown_member(use, span, "AttributeError")

    def _may_have(self, use: Use) -> bool:
        """Whether the owner may have a member that the history does not tell."""
        if use.owner.startswith("error."):
            return True
        owner = self._history.get(use.owner) if use.owner else None
        if not self._history.has_members(use.owner) or (owner is None and use.owner):
            return True
        if owner is None or owner.kind is Kind.MODULE:
            return False
        return use.member in (_OF_DATA if owner.kind is Kind.TYPE else _OF_EXCEPTIONS)

    # ------------------------------------------------------------------ calls

    def visit_Call(self, node: ast.Call, call: Call) -> None:
        for use in self._symbols.uses(self.here.module, call.func, call):
            self._member(use, node.func)
        callees = self.here.callees(call)
        if callees not in self._called:
            self._called[callees] = self._symbols.called(callees.values)
        name = self._called[callees]
        signature = _signature(name, self._verdicts.target) if name else None
        if name and signature is not None:
            if signature.constructor is not None and _TOKEN not in dict(call.keywords):
                self._verdicts.judge(signature.constructor, node, f"'{name}(...)'")
                return
            if signature.parameters is not None:
                self._arguments(name, signature, signature.parameters, node, call, callees.values)
            if name == _LISTEN:
                self._listens(node, call)
        if not callees.names.isdisjoint(_ENQUEUES) and REMOVED_QUEUE_CONSTRUCTOR.code in self.here.enabled:
            self._enqueues(node, call, place_of(call))

    def _arguments(
        self,
        function: str,
        signature: _Signature,
        parameters: Mapping[str, Symbol],
        node: ast.Call,
        call: Call,
        callees: Values,
    ) -> None:
        if not all(keyword.arg in signature.silent for keyword in node.keywords):
            self._keywords(function, signature.there, parameters, node, call)
        if node.args and signature.at and (_is_plain(function) or _is_bound(callees)):
            self._positional(function, node, signature.at)

    def _keywords(
        self, function: str, there: frozenset[str], parameters: Mapping[str, Symbol], node: ast.Call, call: Call
    ) -> None:
        given = [
            each
            for keyword, (_, ref) in zip(node.keywords, call.keywords, strict=True)
            for each in self._names(keyword, ref, call)
        ]
        written = {name for name, _ in given}
        for name, span in given:
            if name == "concurrency" and "partition_queue" in written:
                continue  # the limits of such a queue get other names
            if name in parameters:
                if "**kwargs" not in there or parameters[name].status(self._verdicts.target) is not Status.NOT_YET:
                    self._verdicts.judge(parameters[name], span, f"'{name}' of {function}")
            elif "**kwargs" not in there and function not in _JUDGED_ELSEWHERE:
                self._verdicts.unknown_parameter(name, function, parameters.values(), span)

    def _names(self, keyword: ast.keyword, ref: Ref, call: Call) -> Iterator[tuple[str, Span]]:
        """The names that a keyword gives, and where they stand; of ``**options`` those of the one dict of this file
        that it is, unless something is taken out of that."""
        if keyword.arg is not None:
            yield keyword.arg, Span(keyword.lineno, keyword.col_offset, *_end(keyword.value))
            return
        found = list(dicts(self.here.resolver, self.here.module, ref, place_of(call)))
        if len(found) != 1 or found[0].module != self.here.module.path or self._is_emptied(ref):
            return
        text = self.here.typed_dicts.written(found[0].span)
        for index, (key, _) in enumerate(found[0].items):
            if key is None or self._verdicts.is_asked(keyword.value.lineno, key):
                continue
            if isinstance(text, ast.Dict) and (name := text.keys[index]) is not None:
                yield key, span_of(name)
            elif isinstance(text, ast.Call):
                made = text.keywords[index]
                yield key, Span(made.lineno, made.col_offset, *_end(made.value))

    def _is_emptied(self, ref: Ref) -> bool:
        """Whether this file takes keys out of the dict that it names ``ref``."""
        calls = (each.func for function in self.here.module.functions for each in function.calls)
        return isinstance(ref, str) and any(func in (f"{ref}.pop", f"{ref}.clear", f"{ref}.popitem") for func in calls)

    def _positional(self, function: str, node: ast.Call, at: Mapping[int, Symbol]) -> None:
        """The arguments that are given by position."""
        for position, argument in enumerate(node.args):
            if isinstance(argument, ast.Starred):
                return
            parameter = at.get(position)
            if parameter is not None:
                self._verdicts.judge(parameter, argument, f"'{parameter.last}' of {function}, given by position,")
                return

    # ------------------------------------------------------------------ queues

    def _listens(self, node: ast.Call, call: Call) -> None:
        """``DBOS.listen_queues`` compares what it is given with names."""
        given = [*node.args, *(keyword.value for keyword in node.keywords)][:1]
        for argument in given:
            elements = argument.elts if isinstance(argument, (ast.List, ast.Tuple, ast.Set)) else []
            refs = (*call.args, *(ref for _, ref in call.keywords))[0]
            if elements and isinstance(refs, tuple):
                for element, ref in zip(elements, refs[1:], strict=False):
                    if self._are_queues(self.here.resolve(ref, call)):
                        self._listens_to(element)
            elif not elements:
                for value in self.here.resolve(refs, call):
                    if isinstance(value, Container) and self._are_queues(value.elements):
                        self._listens_to(argument, is_list=True)

    def _are_queues(self, values: Values) -> bool:
        return bool(values) and all(value == Instance(External(api.QUEUE)) for value in values)

    def _listens_to(self, node: ast.expr, *, is_list: bool = False) -> None:
        from dbos_lint.rules.migration import queue_options

        self.here.report(
            REMOVED_QUEUE_PARAMETER,
            node,
            "since dbos 3.0 DBOS.listen_queues takes names and passes over a queue object without a word, so that "
            "nothing on that queue is run: give its name",
            fix=queue_options.listened(node, is_list=is_list),
        )

    def _enqueues(self, node: ast.Call, call: Call, place: Place) -> None:
        """A method of a queue that a constructor made."""
        receiver, method = receiver_and_method(call.func)
        if made_by(self.here.resolver, self.here.module, receiver, place) == {api.QUEUE}:
            from dbos_lint.rules.migration import queue_options

            twin = "enqueue_workflow_async" if method.endswith("_async") else "enqueue_workflow"
            self.here.report(
                REMOVED_QUEUE_CONSTRUCTOR,
                node.func,
                "this queue is made by 'Queue(...)', which raises DBOSException since dbos 3.0: register it after "
                f"DBOS.launch() and call DBOS.{twin} with its name",
                fix=queue_options.enqueued(self.here, span_of(node.func)),
            )


@cache
def _signature(function: str, target: Version) -> _Signature | None:
    """What there is to know of calling ``function``, if ``target`` has it."""
    known = history()
    symbol = known.get(function)
    if symbol is None or not symbol.is_in(target):
        return None
    constructor = known.get(f"{function}()")
    if constructor is not None and is_silent(constructor, target):
        constructor = None
    if symbol.kind not in (Kind.CLASS, Kind.FUNCTION):
        return _Signature(constructor, None, frozenset(), frozenset(), {})
    parameters = known.parameters(function)
    there = frozenset(name for name, each in parameters.items() if each.is_in(target))
    silent = frozenset(name for name in there if is_silent(parameters[name], target))
    # At a place without a parameter, the one that another release has there is judged.
    ranked = sorted(parameters.values(), key=lambda each: (each.is_in(target), each.since))
    at = {each.position: each for each in ranked if each.position is not None} if "*args" not in there else {}
    spoken = {position: each for position, each in at.items() if not is_silent(each, target)}
    return _Signature(constructor, parameters, there, silent, spoken)


def _is_plain(function: str) -> bool:
    """Whether a call by position means the same, however the function was got."""
    return "." not in function or function.startswith("DBOS.")


def _is_bound(callees: Values) -> bool:
    """Whether a method was got through an object."""
    return all(isinstance(value, External) and value.base for value in callees)


def _end(node: ast.expr) -> tuple[int, int]:
    return node.end_lineno or node.lineno, node.end_col_offset or 0
