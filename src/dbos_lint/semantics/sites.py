"""What a summary holds of single places in a module: a call, a read, a write, a parameter ...

An expression is kept as a *reference* (``Ref``), only as far as it can name something:

=========================================  ================================================================
``"a.b.c"``                                a name and attributes of it
``("call", func, args, keywords)``         the result of a call; keywords are ``(name, ref)`` pairs
``("attr", base, "b.c")``                  attributes of something that is not a plain name
``("item", base, key)``                    a subscript; the key is ``None`` where it is not a literal string
``("item", base, None, name)``             a subscript by what a name, or an attribute, says
``("item", base)``                         what iterating over the base gives
``("await", ref)``                         an awaited value
``("const", value)``                       a literal string, number, bool or ``None``
``("lambda", function_id)``                a lambda
``("list" | "tuple" | "set", *refs)``      a display; of an annotation, of the type of its elements
``("comp", kind, iterable, *made)``        a comprehension; ``made`` is the element (of a dict, the key and the
                                           value): a literal, an f-string, an item of what it runs over, or a call,
                                           without arguments; ``("comp", "str")`` is a string
``("sets", left, right)``                  ``left | right``, ``&``, ``^`` or ``-``: a set, where one of them is
``("mapping", ref)``                       a mapping to values of an annotated type
``("dict", span, items)``                  a dict display; items are ``(key, ref)`` pairs, the key ``None`` where it is
                                           not a literal string or hides some (``**more``); ``("dict",)`` when it is
                                           too large to be told
``("or", *refs)``                          one of several values; an unknown one is ``None``
``("add", left, right)``                   ``left + right``; ``("join", *refs)`` an f-string of names and literals
``("div", left)``                          ``left / right``: how paths are joined
``("annotated", value, annotation)``       a value with an annotation, which tells what the value does not
``("instance", annotation)``               something of an annotated type
``("type", ref)``                          ``type[X]`` in an annotation
``None``                                   anything else: unknown
=========================================  ================================================================
"""

from __future__ import annotations

from typing import Any, TypeAlias

from dbos_lint.records import NamedTuple
from dbos_lint.syntax.spans import Span

Ref: TypeAlias = Any

MODULE = 0
"""The id of the scope, of the function and of the block that stand for the module itself."""

# How a call's value is used (Call.flags).
AWAITED = 1
DISCARDED = 2
IN_EXPRESSION = 4
DECORATOR = 8
LOGS = 16
"""What is called logs, prints, traces or counts, to judge by its name."""
ITERATED = 32
KEPT = 64
UNTIL_CANCELLED = 256


class Binding(NamedTuple):
    """One place that gives a name its meaning in a scope.

    ``kind`` is ``import`` (value: ``(module, attribute or "", level)``), ``def`` and ``class`` (value: an id),
    ``value`` (value: the reference assigned), ``param`` (value: the index), ``with`` (value: the context
    manager), ``iter`` (value: the iterable) or ``unknown``.
    """

    kind: str
    value: Any
    row: int
    block: int


class Call(NamedTuple):
    """A call, in the function whose running makes it. ``number`` counts the calls of the module.

    ``guard`` is that of the object whose method is called, as for a :class:`Write`.
    """

    number: int
    func: Ref
    args: tuple[Ref, ...]
    keywords: tuple[tuple[str | None, Ref], ...]
    scope: int
    span: Span
    block: int
    flags: int
    guard: str = ""


class Read(NamedTuple):
    """An attribute (or a bare name that may be a known source) that is read but not called; what is raised."""

    ref: Ref
    scope: int
    span: Span


class Write(NamedTuple):
    """A change of something that may outlive the function.

    ``kind`` is ``name`` (a ``global`` or ``nonlocal`` name), ``attribute`` or ``item``; ``target`` is the
    reference that is changed: the name itself, or the object whose attribute or item is set. ``guard`` is
    ``unset`` where this happens only while the very thing is unset (``if x is None: x = ...``), ``missing``
    where only while a key is missing (``if k not in c: c[k] = ...``), else empty. ``key`` is the literal key of an
    item, or the name of an attribute, ``index`` another key of an item, ``value`` what is assigned.
    """

    kind: str
    target: Ref
    scope: int
    span: Span
    guard: str
    key: str | None = None
    value: Ref = None
    index: Ref = None


class Try(NamedTuple):
    """A ``try`` statement. ``handlers`` are the types that its clauses name, ``None`` for a bare ``except``."""

    function: int
    scope: int
    block: int
    span: Span
    handlers: tuple[Ref, ...]


class Loop(NamedTuple):
    """An iteration, by a ``for`` or in a comprehension, that stands in ``outer``; ``span`` is that of what it iterates
    over. What runs for each element stands in ``block``; in a comprehension, which has none, in the scope ``inner``.
    """

    iterable: Ref
    scope: int
    span: Span
    outer: int
    block: int = MODULE
    inner: int = MODULE


class Handler(NamedTuple):
    """An ``except`` clause: ``type`` is ``None`` also where it cannot be told, ``bare`` where there is none.

    ``raises`` tells that it raises in some case, or keeps the error for a later ``raise``.
    """

    type: Ref
    bare: bool
    span: Span
    raises: bool


class Attempt(NamedTuple):
    """A ``try`` in a function: the text that its handlers guard, and that of its ``finally``."""

    scope: int
    block: int
    body: Span
    handlers: tuple[Handler, ...]
    final: Span | None


class Managed(NamedTuple):
    """A context manager, with the text that runs within it."""

    manager: Ref
    scope: int
    block: int
    span: Span
    body: Span


class Member(NamedTuple):
    """A call that makes one (or, if it is ``repeated``, any number) of the coroutines that a :class:`Launch` runs.

    ``in_task`` tells that another launch has made a task of it.
    """

    number: int
    repeated: bool
    in_task: bool


class Launch(NamedTuple):
    """A call that runs coroutines side by side, or one beside what follows: ``gather``, ``create_task``, ``wait`` ...

    ``number`` is that of the call. Of a task, ``end`` is the row and column where it is first waited for (``None``: it
    is forgotten), and ``repeated`` tells that there is any number of them by then.
    """

    number: int
    members: tuple[Member, ...]
    end: tuple[int, int] | None
    repeated: bool


class Param(NamedTuple):
    """A parameter: ``kind`` is ``positional``, ``vararg``, ``keyword`` or ``kwarg``.

    ``required`` says that it has no default, ``unnamed`` that no keyword reaches it.
    """

    name: str
    kind: str
    annotation: Ref
    default: Ref
    required: bool = False
    unnamed: bool = False


class Decorator(NamedTuple):
    """A decorator, in source order; ``span`` is that of its expression."""

    ref: Ref
    span: Span
