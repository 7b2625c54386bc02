"""The summary of a module: all that other rooms and other files' analysis know of it.

A summary holds no syntax tree. It is made by :mod:`dbos_lint.semantics.collect` in one walk, is not changed
afterwards, and can be pickled. Rows count from 1, columns are the UTF-8 byte offsets that :mod:`ast` gives.
:mod:`dbos_lint.semantics.sites` tells how expressions are kept.
"""

from __future__ import annotations

from dbos_lint.records import NamedTuple
from dbos_lint.semantics.flows import Flows
from dbos_lint.semantics.sites import (
    MODULE,
    Attempt,
    Binding,
    Call,
    Decorator,
    Launch,
    Loop,
    Managed,
    Param,
    Read,
    Ref,
    Try,
    Write,
)
from dbos_lint.syntax.spans import Span

# One for all that are empty: there are several in each scope.
_NO_NAMES: frozenset[str] = frozenset()


class Scope:
    """A scope with the names bound in it. ``function`` is the function whose running evaluates it.

    ``augmented`` are the names that ``name += ...`` changes: it binds nothing of another type, but another value.
    """

    __slots__ = ("augmented", "bindings", "function", "globals", "id", "kind", "nonlocals", "parent", "stars")

    def __init__(
        self,
        id: int,
        kind: str,
        parent: int,
        function: int,
        globals: frozenset[str] = _NO_NAMES,
        nonlocals: frozenset[str] = _NO_NAMES,
        augmented: frozenset[str] = _NO_NAMES,
        stars: tuple[tuple[str, int], ...] = (),
    ) -> None:
        self.id = id
        self.kind = kind
        self.parent = parent
        self.function = function
        self.bindings: dict[str, list[Binding]] = {}
        self.globals = globals
        self.nonlocals = nonlocals
        self.augmented = augmented
        self.stars = stars


class Function:
    """A function, a lambda, or the module's own code (id 0): what running it does by itself."""

    __slots__ = (
        "attempts",
        "block",
        "calls",
        "decorators",
        "flows",
        "id",
        "is_async",
        "is_generator",
        "launches",
        "loops",
        "managed",
        "name",
        "owner",
        "params",
        "parent",
        "qualname",
        "raises",
        "reads",
        "results",
        "returns",
        "scope",
        "span",
        "trusted",
        "withs",
        "writes",
        "yields",
    )

    def __init__(
        self,
        id: int,
        name: str,
        qualname: str,
        scope: int,
        parent: int,
        owner: int | None,
        is_async: bool,
        span: Span,
        block: int,
        params: tuple[Param, ...] = (),
        decorators: tuple[Decorator, ...] = (),
        returns: Ref = None,
        is_generator: bool = False,
        trusted: bool = False,
        results: tuple[Ref, ...] = (),
        yields: tuple[Ref, ...] = (),
        calls: tuple[Call, ...] = (),
        reads: tuple[Read, ...] = (),
        writes: tuple[Write, ...] = (),
        withs: tuple[Read, ...] = (),
        raises: tuple[Read, ...] = (),
        loops: tuple[Loop, ...] = (),
        attempts: tuple[Attempt, ...] = (),
        managed: tuple[Managed, ...] = (),
        launches: tuple[Launch, ...] = (),
        flows: Flows | None = None,
    ) -> None:
        self.id = id
        self.name = name
        self.qualname = qualname
        self.scope = scope
        self.parent = parent
        self.owner = owner
        self.is_async = is_async
        self.span = span
        self.block = block
        self.params = params
        self.decorators = decorators
        self.returns = returns
        self.is_generator = is_generator
        self.trusted = trusted
        self.results = results
        self.yields = yields
        self.calls = calls
        self.reads = reads
        self.writes = writes
        self.withs = withs
        self.raises = raises
        self.loops = loops
        self.attempts = attempts
        self.managed = managed
        self.launches = launches
        self.flows = flows

    @property
    def receiver(self) -> str:
        """The name of ``self`` or ``cls`` in a method; empty elsewhere."""
        if self.owner is None or not self.params or any(each.ref == "staticmethod" for each in self.decorators):
            return ""
        return self.params[0].name

    def calls_own_method(self, call: Call) -> bool:
        """Whether ``call``, made here, is one of a method of ``self``."""
        target, _, _ = call.func.rpartition(".") if isinstance(call.func, str) else ("", "", "")
        return target != "" and target == self.receiver


class Class:
    """A class. ``attributes`` are those that methods set on ``self`` or ``cls``, with the scope of the value.

    ``keywords`` stand beside the bases: a metaclass, and what is given to those that make the class.
    """

    __slots__ = (
        "attributes",
        "bases",
        "decorators",
        "id",
        "keywords",
        "name",
        "parent_scope",
        "qualname",
        "scope",
        "span",
    )

    def __init__(
        self,
        id: int,
        name: str,
        qualname: str,
        scope: int,
        parent_scope: int,
        bases: tuple[Ref, ...],
        decorators: tuple[Decorator, ...],
        span: Span,
        keywords: tuple[tuple[str | None, Ref], ...] = (),
    ) -> None:
        self.id = id
        self.name = name
        self.qualname = qualname
        self.scope = scope
        self.parent_scope = parent_scope
        self.bases = bases
        self.decorators = decorators
        self.span = span
        self.attributes: dict[str, list[tuple[Ref, int]]] = {}
        self.keywords = keywords


class Block(NamedTuple):
    """A stretch of statements that run together or not at all: a branch, a loop, a handler, a main guard.

    Of blocks with the same ``choice`` (the branches of an ``if`` or ``match``) only one runs. ``leaves`` tells that
    what stands behind the block does not run after it, for it returns, raises, or ends the round of a loop.
    """

    parent: int
    kind: str
    choice: int = MODULE
    leaves: bool = False


class Module:
    """A module's summary. ``path`` is the file's absolute path and identifies the module.

    ``expected`` holds the first and last rows of the code that a test expects to raise, ``stores`` the items that the
    module's own code sets, ``tries`` the ``try`` statements outside of classes' own code, ``renamed`` what things are
    called at home to which an import gave other names.
    """

    __slots__ = (
        "blocks",
        "classes",
        "expected",
        "exports",
        "functions",
        "name",
        "path",
        "renamed",
        "scopes",
        "stores",
        "tries",
    )

    def __init__(
        self,
        path: str,
        name: str,
        scopes: list[Scope],
        functions: list[Function],
        classes: list[Class],
        blocks: list[Block],
        exports: tuple[str, ...] | None = None,
    ) -> None:
        self.path = path
        self.name = name
        self.scopes = scopes
        self.functions = functions
        self.classes = classes
        self.blocks = blocks
        self.exports = exports
        self.expected: list[tuple[int, int]] = []
        self.stores: list[Write] = []
        self.tries: list[Try] = []
        self.renamed: dict[str, str] = {}

    def encloses(self, outer: int, inner: int) -> bool:
        """Whether block ``inner`` is ``outer`` or lies within it."""
        while inner != outer:
            if inner == MODULE:
                return False
            inner = self.blocks[inner].parent
        return True

    def within(self, block: int, kind: str) -> bool:
        """Whether ``block`` is of ``kind`` or lies within one that is."""
        while block != MODULE:
            if self.blocks[block].kind == kind:
                return True
            block = self.blocks[block].parent
        return False
