"""The kinds of effect, and the effects of a single call."""

from __future__ import annotations

from collections.abc import Container, Iterator
from functools import cache

from dbos_lint.catalog import api, frameworks, patterns, types
from dbos_lint.catalog.nondeterminism import (
    EXTRA,
    VALUE_KINDS,
    Arguments,
    Nondeterminism,
    Source,
    asks_first,
    is_allowed,
    is_flagged,
)
from dbos_lint.records import NamedTuple
from dbos_lint.semantics.calls import Callees, Calls
from dbos_lint.semantics.coroutines import makes_coroutine
from dbos_lint.semantics.externals import known_as
from dbos_lint.semantics.flows import Origin
from dbos_lint.semantics.refs import text_of
from dbos_lint.semantics.registering import registered
from dbos_lint.semantics.scoping import place_of
from dbos_lint.semantics.sites import AWAITED, ITERATED, Call
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import External
from dbos_lint.syntax.spans import Span

# Kinds of effect beside those of the nondeterminism catalogue.
GLOBAL_WRITE = "global-write"
CLOSURE_WRITE = "closure-write"
SELF_WRITE = "self-write"
RAISES_LOSSY = "raises-lossy"
"""An exception that does not come back as it was from where dbos records it; the detail says why."""
MEMOIZED = "memoized"
"""A durable call that is not made where its result is remembered; the detail says by what."""
SELF_MEMOIZED = "self-memoized"
"""The same, where an attribute of the method's own object remembers it."""
STARTS_WORKFLOW = "starts-workflow"
CALLS_WORKFLOW = "calls-workflow"
RECEIVES = "receives"
WORKFLOW_ONLY = "workflow-only"
RAISES_OUTSIDE = "raises-outside"
RAISES_IN_LOOP = "raises-in-loop"
BLOCKS_LOOP = "blocks-loop"
HANDLE = "handle"
"""Details of ``BLOCKS_LOOP``: a workflow, step or transaction that runs, or one that a handle waits for."""
WAITS_IN_LOOP = "waits-in-loop"
USES_SESSION = "uses-session"
ENDS_TRANSACTION = "ends-transaction"
CALLS_STEP = "calls-step"
RETRIED = "retried"
"""Detail of ``CALLS_STEP``: a step that is retried; else it is the kind of durable function."""
UNRECORDED = "unrecorded"
UNRECORDED_BY_CLIENT = "unrecorded-by-client"
IDENTITY = "object-identity"
"""The address or the hash of an object."""
DURABLE = "durable"
LIFECYCLE = "lifecycle"
NOT_IN_WORKFLOW = "not-in-workflow"
CONFIGURES_QUEUE = "configures-queue"
DURABLE_IN_THREAD = "durable-in-thread"
WORKFLOW_IN_THREAD = "workflow-in-thread"

LOOP_KINDS = frozenset({RAISES_IN_LOOP, BLOCKS_LOOP, WAITS_IN_LOOP})
# Effects that mean something only in the function that has them.
LOCAL_KINDS = frozenset({CLOSURE_WRITE, SELF_WRITE, SELF_MEMOIZED})
# What outlives the call that does it.
LASTING = frozenset({GLOBAL_WRITE, CLOSURE_WRITE, SELF_WRITE, STARTS_WORKFLOW, DURABLE})
# What reaches the world outside the process.
REACHES_OUT = frozenset(
    {"network", "cloud", "llm", "payment", "email", "messaging", "database", "filesystem", "subprocess", "user-input"}
)
SPARED_KINDS = VALUE_KINDS | {"sleep"}
"""Kinds of effect that do no harm in a task that nobody waits for."""
FOLLOWED_KINDS = VALUE_KINDS | {EXTRA, UNRECORDED, IDENTITY}
"""Kinds of effect that are a value: what becomes of that decides whether they do harm."""
# What takes an address or a hash, and what registers an object.
TAKES_IDENTITY = frozenset({"id", "hash"})
_DOING = patterns.CONFIGURED_CLASSES | TAKES_IDENTITY
UNKNOWN_ARGUMENTS = Arguments(0, Ellipsis, frozenset(), splat=True)


class Effect:
    """Something that running a function does.

    ``kind`` is a kind of the nondeterminism catalogue or one of the constants above; ``name`` the qualified name of
    what does it; ``label`` how the text says it; ``detail`` depends on the kind: the guard of a write, the function
    that owns a closure variable. ``guess`` says that it is not sure to happen. ``origin`` is set where all depends on
    what becomes of the value: it is where that comes from in the flows of the function.
    """

    __slots__ = ("detail", "guess", "kind", "label", "name", "origin", "span")

    def __init__(
        self,
        kind: str,
        name: str,
        label: str,
        span: Span,
        detail: str = "",
        guess: bool = False,
        origin: Origin | None = None,
    ) -> None:
        self.kind = kind
        self.name = name
        self.label = label
        self.span = span
        self.detail = detail
        self.guess = guess
        self.origin = origin


def effects_of_call(
    calls: Calls, nondeterminism: Nondeterminism, module: Module, call: Call, callees: Callees
) -> list[Effect]:
    """The effects of a call by itself."""
    outside = callees.shared and callees.names.isdisjoint(patterns.CONFIGURED_CLASSES)
    label = "" if outside else f"{text_of(call.func, '')}()"
    names = () if outside else registered(calls.resolver, call, callees.values)
    found = [Effect(LIFECYCLE, name, label, call.span) for name in names]
    for external in callees.externals:
        doing = _doing_of(external)
        if doing.acts or nondeterminism.by_settings:
            found += _effects_of_external(calls, nondeterminism, module, call, external, doing)
    return found if outside else [*found, *_effects_inside(calls, nondeterminism, call, callees, label)]


def _effects_inside(
    calls: Calls, nondeterminism: Nondeterminism, call: Call, callees: Callees, label: str
) -> Iterator[Effect]:
    """Those of what a call hands on, and of what it calls in the project."""
    for external in callees.handed:
        source = source_of(nondeterminism, external, UNKNOWN_ARGUMENTS)
        if source is not None:
            yield _of_source(source, external.name, f"{external.name}()", call)
        if external.name in patterns.NOT_IN_WORKFLOW:
            yield Effect(NOT_IN_WORKFLOW, external.name, f"{external.name.removeprefix('dbos.')}()", call.span)
    for entity in callees.durable:
        name = calls.resolver.qualified_name(entity.function)
        yield Effect(DURABLE, name, label, call.span)
        if entity.kind == api.WORKFLOW:
            yield Effect(CALLS_WORKFLOW, name, label, call.span)
        else:
            retried = ("retries_allowed", ("const", True)) in entity.options
            yield Effect(CALLS_STEP, name, label, call.span, RETRIED if retried else entity.kind)
        if not call.flags & AWAITED and makes_coroutine(calls.resolver, entity.function) is False:
            yield Effect(BLOCKS_LOOP, name, label, call.span, entity.kind)
    if nondeterminism.adds:
        for function in callees.runs:
            name = calls.resolver.qualified_name(function)
            kind = nondeterminism.added_kind(name)
            if kind is not None:
                yield Effect(kind, name, label, call.span, origin=call.number)


def _effects_of_external(
    calls: Calls, nondeterminism: Nondeterminism, module: Module, call: Call, external: External, doing: _Doing
) -> list[Effect]:
    name = external.name
    label = f"{text_of(call.func, name)}()"
    found = [
        Effect(kind, name, label, call.span, detail)
        for kind, detail in doing.kinds
        if kind not in _SPARED_CALLS or not _is_spared(calls, module, kind, name, call)
    ]
    if doing.unrecorded:
        found.append(Effect(UNRECORDED, name, label, call.span, origin=call.number))
    if doing.serves:
        found.append(Effect(LIFECYCLE, name, label, call.span))
    if doing.may_be_source or nondeterminism.by_settings:
        source = source_of(nondeterminism, external, _arguments(calls, module, name, call))
        if source is not None:
            found.append(_of_source(source, name, label, call))
    return found


class _Doing(NamedTuple):
    """What a call of something outside the project does, by its name alone: the ``kinds`` of effects of a call of the
    dbos API, each with its detail. ``acts``: whether some call is an effect, as far as no settings say so."""

    kinds: tuple[tuple[str, str], ...]
    unrecorded: bool
    serves: bool
    may_be_source: bool
    acts: bool


@cache
def _doing_of(external: External) -> _Doing:
    name = external.name
    kinds = _kinds_of_api(name) if name.startswith("dbos.") else ()
    unrecorded = name.startswith("dbos.") and name in api.UNRECORDED
    serves, may_be_source = known_as(external) in frameworks.SERVES, _may_be_source(external)
    acts = bool(kinds) or unrecorded or serves or may_be_source or name in _DOING
    return _Doing(kinds, unrecorded, serves, may_be_source, acts)


def may_act(external: External) -> bool:
    """Whether some call of what lies outside the project is an effect, as far as no settings say so."""
    return _doing_of(external).acts


def _may_be_source(external: External) -> bool:
    """Whether the catalogue has something to say of some call of it."""
    owner: str | None = external.base
    name = external.name
    while owner:
        if is_flagged(owner) or is_flagged(f"{owner}.{name.removeprefix(external.base + '.')}"):
            return True
        owner = types.BASES.get(owner)
    parts = name.split(".")
    return any(is_flagged(".".join(parts[:end])) for end in range(1, len(parts) + 1))


def _of_source(source: Source, name: str, label: str, call: Call) -> Effect:
    followed = source.kind in FOLLOWED_KINDS and not _changes_something(name)
    origin = call.number if followed else None
    return Effect(source.kind, name, label, call.span, guess=source.guess, origin=origin)


def source_of(nondeterminism: Nondeterminism, external: External, arguments: Arguments) -> Source | None:
    name, base = external.name, external.base
    source = nondeterminism.of_call(name, base, arguments)
    while source is None and base in types.BASES:
        parent = types.BASES[base]
        name = f"{parent}.{name.removeprefix(base + '.')}"
        base = parent
        source = nondeterminism.of_call(name, base, arguments)
    if source is None and not base and not is_allowed(name):
        parts = name.split(".")
        for end in range(len(parts) - 1, 1, -1):
            source = nondeterminism.of_read(".".join(parts[:end]))
            if source is not None:
                break
    return source


_BY_API: tuple[tuple[Container[str], str], ...] = (
    (api.STARTS, STARTS_WORKFLOW),
    (api.RECV, RECEIVES),
    (api.WORKFLOW_ONLY, WORKFLOW_ONLY),
    (api.RAISES_OUTSIDE, RAISES_OUTSIDE),
    (api.RAISES_IN_LOOP, RAISES_IN_LOOP),
    (api.WAITS_IN_LOOP, WAITS_IN_LOOP),
    (api.SESSIONS, USES_SESSION),
    (api.ENDS_TRANSACTION, ENDS_TRANSACTION),
    (api.DURABLE, DURABLE),
    (api.LIFECYCLE, LIFECYCLE),
    (patterns.NOT_IN_WORKFLOW, NOT_IN_WORKFLOW),
    (api.CONFIGURES_QUEUE, CONFIGURES_QUEUE),
    (api.UNRECORDED_BY_CLIENT, UNRECORDED_BY_CLIENT),
)


def _kinds_of_api(name: str) -> tuple[tuple[str, str], ...]:
    """What a call of the dbos API does, by the tables of :mod:`dbos_lint.catalog.api`: the kinds of effects, each with
    its detail."""
    kinds = [(kind, "") for names, kind in _BY_API if name in names]
    if name in api.RUNS_STEP:
        kinds.append((CALLS_STEP, api.RUNS_STEP[name]))
    if name in (f"{api.HANDLE}.get_result", f"{api.CLIENT_HANDLE}.get_result"):
        kinds.append((BLOCKS_LOOP, HANDLE))
    return tuple(kinds)


def _arguments(calls: Calls, module: Module, name: str, call: Call) -> Arguments:
    first = _first(calls, module, call) if asks_first(name) else Ellipsis
    keywords = frozenset(name for name, _ in call.keywords)
    return Arguments(len(call.args), first, keywords, None in keywords)


# What the first argument of calls is called whose meaning depends on it.
_FIRST = frozenset({"database", "delay", "seconds"})


def _first(calls: Calls, module: Module, call: Call) -> object:
    """The first argument of a call, if it is one literal."""
    from dbos_lint.semantics.literals import literals  # for few calls

    ref = call.args[0] if call.args else next((value for name, value in call.keywords if name in _FIRST), None)
    found = literals(calls.resolver, module, ref, place_of(call)) if ref is not None else None
    return found[0] if found is not None and len(found) == 1 else Ellipsis


_SPARED_CALLS = frozenset({RAISES_IN_LOOP, WAITS_IN_LOOP, BLOCKS_LOOP, RAISES_OUTSIDE})


def _is_spared(calls: Calls, module: Module, kind: str, name: str, call: Call) -> bool:
    """Whether this very call does not do what calls of ``name`` do."""
    if kind in (RAISES_IN_LOOP, WAITS_IN_LOOP) and name in api.GENERATORS:
        # It does so when it is iterated over, and that may be elsewhere.
        return not call.flags & ITERATED
    if kind in (BLOCKS_LOOP, WAITS_IN_LOOP) and call.flags & AWAITED:
        # What it gives cannot be awaited: it raises.
        return True
    return kind == RAISES_OUTSIDE and name in api.SLEEP and _first(calls, module, call) == 0


def _changes_something(name: str) -> bool:
    """Whether a source of values also changes something, so that dropping its value does not make it harmless."""
    return name.rpartition(".")[2] in ("shuffle", "putenv", "unsetenv", "tzset", "sethostname")
