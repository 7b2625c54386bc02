"""What a file names: queues, topics, keys of events and streams, workflows ..., by the calls that take such names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dbos_lint.catalog import api
from dbos_lint.catalog.names import COMMON_METHODS, METHODS, OFFERS, SLOTS, WORKFLOW, Slot
from dbos_lint.records import NamedTuple
from dbos_lint.semantics.calls import Calls
from dbos_lint.semantics.entities import registered_name, registrations
from dbos_lint.semantics.literals import literals
from dbos_lint.semantics.options import Written, written
from dbos_lint.semantics.refs import functions_calling, names_called, receiver_and_method, terminal
from dbos_lint.semantics.resolve import Resolver
from dbos_lint.semantics.scoping import Place, place_of
from dbos_lint.semantics.sites import Call, Ref
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import Entity
from dbos_lint.syntax.spans import Span

ENGINE = "DBOS"
"""Whoever calls something so means the engine, be it from a package that hands it on."""

_BY_METHOD: dict[str, tuple[Slot, ...]] = {name.rpartition(".")[2]: slots for name, slots in SLOTS.items()}


class Mention(NamedTuple):
    """That a file names something, at ``span``: ``name``, or None where it is made at run time.

    ``api`` is the qualified name of what is given the name (empty where that is a guess, so that it is not ``sure``),
    ``call`` the call. A workflow that is registered has an ``entity`` instead.
    """

    kind: str
    side: str
    name: str | None
    path: str
    span: Span
    api: str = ""
    sure: bool = True
    call: Call | None = None
    entity: Entity | None = None


def mentions_of_workflows(calls: Calls, module: Module) -> list[Mention]:
    """The workflows that a file registers."""
    return [
        Mention(
            WORKFLOW,
            OFFERS,
            registered_name(calls.resolver, registration.entity),
            module.path,
            registration.span,
            entity=registration.entity,
        )
        for registration in registrations(calls.resolver, module)
        if registration.entity.kind == api.WORKFLOW
    ]


Taken = tuple[Call, Slot, str]
"""A call and where it takes a name; the API that it is of, empty where that is a guess."""


def taken(calls: Calls, module: Module) -> dict[str, list[Taken]]:
    """What the calls of ``module`` take, by the kinds of names."""
    found: dict[str, list[Taken]] = {}
    for call in naming(calls.resolver, module):
        callees = calls.callees(module, call)
        named = sorted(callees.names & SLOTS.keys())
        for name in named:
            for slot in SLOTS[name]:
                found.setdefault(slot.kind, []).append((call, slot, name))
        if not callees.known or (not named and _is_called_engine(call, callees.names)):
            for slot in _BY_METHOD.get(receiver_and_method(call.func)[1], ()):
                found.setdefault(slot.kind, []).append((call, slot, ""))
    return found


def _is_called_engine(call: Call, names: Iterable[str]) -> bool:
    """Whether ``call``, of something that has ``names``, is of what is called like the engine where it comes from."""
    own = isinstance(call.func, str) and call.func.startswith(f"{ENGINE}.")
    return own or any(f".{ENGINE}." in name for name in names)


def mentions_of_calls(calls: Calls, module: Module, all_taken: Iterable[Taken]) -> Iterator[Mention]:
    """The names that calls take."""
    for call, slot, name in all_taken:
        for mention in _at(calls, module, call, slot, name):
            # Sockets, mailboxes and mocks have such methods, too.
            if name or mention.name is not None or not _is_common(call):
                yield mention


def _is_common(call: Call) -> bool:
    """Whether objects of other packages often have such a method, and nothing tells that this is the engine's."""
    receiver, method = receiver_and_method(call.func)
    return method in COMMON_METHODS and not _is_engine(receiver)


def _at(calls: Calls, module: Module, call: Call, slot: Slot, name: str) -> Iterator[Mention]:
    """The names that ``call``, of the API ``name``, takes at ``slot``."""
    given, ref = argument(call, slot)
    if not given:
        return
    mention = Mention(slot.kind, slot.side, None, module.path, call.span, name, bool(name), call)
    elements = elements_of(ref, slot)
    if elements is None:
        yield mention
    for element in elements or ():
        found = names_in(calls, module, call, slot, element)
        if found is None:
            yield mention
        for each in found or ():
            yield mention._replace(name=each)


def names_in(calls: Calls, module: Module, call: Call, slot: Slot, element: Ref) -> tuple[str, ...] | None:
    """All names that ``element``, of what ``call`` takes at ``slot``, may be; None where they are not known."""
    text = text_in(calls, module, call, slot, element)
    if text is None or not text:
        return text
    values = literals(calls.resolver, *text)
    # What is no string is another rule's business; ``None`` stands for no name.
    return None if values is None else tuple(value for value in values if isinstance(value, str))


def text_in(
    calls: Calls, module: Module, call: Call, slot: Slot, element: Ref
) -> tuple[Module, Ref, Place] | tuple[()] | None:
    """The expression that is the name in ``element``, and where it stands; empty where it names nothing, None where
    that is not known."""
    if not slot.key:
        return module, element, place_of(call)
    options = options_of(calls, module, call, element)
    if options is None or any(name is None for name, _ in options.items):
        return None
    return next(((options.module, ref, options.place) for name, ref in options.items if name == slot.key), ())


def options_of(calls: Calls, module: Module, call: Call, ref: Ref) -> Written | None:
    """The options that ``ref``, in the arguments of ``call``, is the text of."""
    if isinstance(ref, tuple) and ref[0] == "dict" and len(ref) > 2:
        return Written(module, place_of(call), ref[1], ref[2])
    return written(calls.resolver, module, call, ref)


def elements_of(ref: Ref, slot: Slot) -> tuple[Ref, ...] | None:
    """What an argument is the list of; None where that is not known."""
    if not slot.each:
        return (ref,)
    return ref[1:] if isinstance(ref, tuple) and ref[0] in ("list", "tuple", "set") else None


def argument(call: Call, slot: Slot) -> tuple[bool, Ref]:
    """Whether ``call`` is given something at ``slot``, and what; ``*args`` and ``**more`` may be anything."""
    for name, ref in call.keywords:
        if name == slot.keyword:
            return True, ref
    if 0 <= slot.position < len(call.args):
        return True, call.args[slot.position]
    return any(name is None for name, _ in call.keywords), None


def naming(resolver: Resolver, module: Module) -> tuple[Call, ...]:
    """The calls of ``module`` that may take names, to judge by what they are of."""
    methods = METHODS | _renamed(module)
    functions = functions_calling(module, resolver.once(names_called, module), methods)
    calls = (call for function in functions for call in function.calls)
    return tuple([call for call in calls if terminal(call.func) in methods])


def _renamed(module: Module) -> frozenset[str]:
    """Names under which the module imports what takes names: ``from dbos import Queue as Line``."""
    return frozenset(
        name
        for scope in module.scopes
        for name, bindings in scope.bindings.items()
        for binding in bindings
        if binding.kind == "import" and binding.value[1] in METHODS and binding.value[1] != name
    )


def _is_engine(receiver: Ref) -> bool:
    return isinstance(receiver, str) and "dbos" in receiver.casefold()
