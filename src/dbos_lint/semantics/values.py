"""What an expression can denote. ``Values`` is a tuple of alternatives; the empty tuple means unknown."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TypeAlias

from dbos_lint.records import NamedTuple
from dbos_lint.semantics.sites import Ref
from dbos_lint.syntax.spans import Span


class External(NamedTuple):
    """Something outside the project, by its canonical qualified name.

    ``base`` is the class of the instance through which it was reached, or empty: ``requests.Session().get`` is
    ``External("requests.Session.get", "requests.Session")``.
    """

    name: str
    base: str = ""


class ModuleValue(NamedTuple):
    """A module or folder of the project, by its path."""

    path: str


class FunctionKey(NamedTuple):
    """A function of the project as one of its callers runs it.

    ``given`` are the objects that a call gives it for parameters of which its own text does not tell what they are:
    with another client, or on an instance of another class, a function does other things.
    """

    module: str
    id: int
    given: tuple[tuple[str, Instance], ...] = ()


class FunctionValue(NamedTuple):
    """A function of the project. ``receiver`` is the instance or class that it is bound to."""

    module: str
    id: int
    receiver: Value | None = None

    @property
    def key(self) -> FunctionKey:
        """The function as it is by itself."""
        return FunctionKey(self.module, self.id)


class ClassValue(NamedTuple):
    """A class of the project."""

    module: str
    id: int


class Instance(NamedTuple):
    """An object of a class, of the project or not.

    ``given`` are the objects that its constructor was given, by parameter: what an attribute set from one of them is.
    """

    type: External | ClassValue
    given: tuple[tuple[str, Instance], ...] = ()


class DecoratorValue(NamedTuple):
    """A decorator that makes durable functions. ``options`` are the keywords it was given, ``external`` its name."""

    kind: str
    name: str
    options: tuple[tuple[str | None, Ref], ...] = ()


class Entity(NamedTuple):
    """A durable function: ``kind`` is workflow, step or transaction."""

    kind: str
    function: FunctionValue
    options: tuple[tuple[str | None, Ref], ...] = ()


class Coroutine(NamedTuple):
    """What calling an async function gives: ``results`` are what awaiting it gives."""

    callee: FunctionValue | Entity | External
    results: tuple[Value, ...] = ()


class Partial(NamedTuple):
    """``functools.partial`` over a callable."""

    callee: Value


class Constant(NamedTuple):
    """A literal."""

    value: str | int | float | bool | None


class Display(NamedTuple):
    """A dict as the text writes it down: ``items`` as in a reference, to be resolved where it stands."""

    module: str
    scope: int
    block: int
    span: Span
    items: tuple[tuple[str | None, Ref], ...]


class Container(NamedTuple):
    """A list, tuple, set or dict that the program builds, with what is known of its elements.

    ``whole`` tells that these are all of its elements, each known.
    """

    kind: str
    elements: tuple[Value, ...] = ()
    display: Display | None = None
    whole: bool = False


Value: TypeAlias = (
    External
    | ModuleValue
    | FunctionValue
    | ClassValue
    | Instance
    | DecoratorValue
    | Entity
    | Coroutine
    | Partial
    | Constant
    | Container
)
Values: TypeAlias = tuple[Value, ...]

Environment: TypeAlias = Mapping[str, Values]
"""The values of the parameters of one function, by name."""


def is_callable(value: Value) -> bool:
    return isinstance(value, (FunctionValue, Entity, Partial))


def alternatives(found: Collection[Value]) -> Values:
    """The values, but for functions that are durable in another of them: who chooses between the two asks whether dbos
    is there at all, and durable code has the durable one."""
    durable = {value.function.key for value in found if isinstance(value, Entity)} if len(found) > 1 else ()
    if not durable:
        return tuple(found)
    return tuple([value for value in found if not isinstance(value, FunctionValue) or value.key not in durable])


def awaited(values: Values) -> Iterator[Value]:
    """What awaiting the values gives; of a task that comes from elsewhere, nobody knows, and synchronous handles
    cannot be awaited."""
    for value in values:
        if isinstance(value, Coroutine):
            yield from value.results
        elif not (isinstance(value, Instance) and value.type in _GIVE_NOTHING):
            yield value


_GIVE_NOTHING = frozenset(
    External(name)
    for name in ("asyncio.Task", "asyncio.Future", "dbos.WorkflowHandle", "dbos.WorkflowHandleClientPolling")
)


def is_set(value: Value) -> bool:
    """Whether it is a set, or something like one."""
    if isinstance(value, Container):
        return value.kind in ("set", "frozenset")
    return isinstance(value, Instance) and isinstance(value.type, External) and value.type.name in _SETS


_SETS = frozenset(
    {
        "set",
        "frozenset",
        "typing.Set",
        "typing.FrozenSet",
        "typing.AbstractSet",
        "typing.MutableSet",
        "collections.abc.Set",
        "collections.abc.MutableSet",
    }
)
