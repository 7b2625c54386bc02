"""How a finding is mended, as values: rules compose fixes of changes, and :mod:`dbos_lint.fixes` carries them out.

Every change names the place where it happens by a ``Span`` of the text that was linted. A fix is carried out as a
whole or not at all; its changes must not overlap, and none of them depends on another.
"""

from __future__ import annotations

from typing import TypeAlias

from dbos_lint.applicability import Applicability as Applicability
from dbos_lint.records import NamedTuple
from dbos_lint.syntax.spans import Span

SHIFTS = "shifts the recorded positions of runs in flight, which DBOS.patch or another application_version keeps apart"
"""What the title of a fix says that adds, removes or reorders durable calls."""


class _Change:
    """What all changes are: values, which are equal if they are of one kind and say the same."""

    def parts(self) -> tuple[object, ...]:
        """What it is made of, in the order in which it is given."""
        return tuple(vars(self).values())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Change) and type(self) is type(other) and self.parts() == other.parts()

    def __hash__(self) -> int:
        return hash((type(self), self.parts()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}{self.parts()}"


# ---------------------------------------------------------------------- expressions


class Replace(_Change):
    """Put ``text``, as it is, where ``span`` stands. An empty span inserts, an empty text deletes."""

    def __init__(self, span: Span, text: str) -> None:
        self.span = span
        self.text = text


class Expression(_Change):
    """Put the expression ``text`` where the expression at ``span`` stands, in parentheses where its neighbours need
    them."""

    def __init__(self, span: Span, text: str) -> None:
        self.span = span
        self.text = text


class Wrap(_Change):
    """Put ``before`` and ``after`` around the expression at ``span``: ``sorted(`` and ``)``. What it becomes stands in
    parentheses where its neighbours need them, so that ``Wrap(span, "await ", "")`` awaits anything."""

    def __init__(self, span: Span, before: str, after: str = "") -> None:
        self.span = span
        self.before = before
        self.after = after


class Swap(_Change):
    """Let the expressions at ``first`` and ``second`` change places. Where they stand on several rows, a comment
    beside one of them makes the fix void: nobody knows whether it goes along."""

    def __init__(self, first: Span, second: Span) -> None:
        self.first = first
        self.second = second

    @property
    def span(self) -> Span:
        """From the one to the other."""
        return Span(*self.first[:2], *self.second[2:])


class Arguments(_Change):
    """Change the arguments of the call (or the bases and keywords of the class) at ``span``.

    ``drop`` holds names of keywords and positions, from 0; ``rename`` pairs of names of keywords; ``keywords`` pairs of
    a position and the name of the keyword as which the argument there is given; ``values`` pairs of a keyword, or a
    position, and the text that its value becomes; ``add`` pairs of a keyword (empty: a positional argument, put behind
    the last positional one) and the text of its value. What is named and not there makes the fix void.
    """

    def __init__(
        self,
        span: Span,
        drop: tuple[str | int, ...] = (),
        rename: tuple[tuple[str, str], ...] = (),
        keywords: tuple[tuple[int, str], ...] = (),
        values: tuple[tuple[str | int, str], ...] = (),
        add: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.span = span
        self.drop = drop
        self.rename = rename
        self.keywords = keywords
        self.values = values
        self.add = add


class Keys(_Change):
    """Change the entries of the dict display at ``span``, by what their keys say, which are string literals: what to
    ``drop``, pairs to ``rename``, pairs of a key and the text that its ``values`` become, pairs of a key and the text
    of its value to ``add`` at the end. What is named and not there makes the fix void."""

    def __init__(
        self,
        span: Span,
        drop: tuple[str, ...] = (),
        rename: tuple[tuple[str, str], ...] = (),
        values: tuple[tuple[str, str], ...] = (),
        add: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.span = span
        self.drop = drop
        self.rename = rename
        self.values = values
        self.add = add


class Through(_Change):
    """Turn the call at ``span``, ``f(a)``, into ``to(f, a)``; ``first`` are the texts of what comes before ``f``."""

    def __init__(self, span: Span, to: str, first: tuple[str, ...] = ()) -> None:
        self.span = span
        self.to = to
        self.first = first


class Listed(_Change):
    """Turn the set display or set comprehension at ``span`` into a list."""

    def __init__(self, span: Span) -> None:
        self.span = span


class AsyncFor(_Change):
    """Turn the ``for``, of a statement or a comprehension, that iterates over the expression at ``span`` into ``async
    for``."""

    def __init__(self, span: Span) -> None:
        self.span = span


# ---------------------------------------------------------------------- definitions


class Decorators(_Change):
    """Change the decorators of the function or class whose node has the span ``span`` (it begins at ``def``).

    ``order`` are the positions, from 0, of those that stay, in their new order (``None``: all, as they are); ``above``
    and ``below`` are decorators to add, without ``@``, above the first and below the last.
    """

    def __init__(
        self,
        span: Span,
        order: tuple[int, ...] | None = None,
        above: tuple[str, ...] = (),
        below: tuple[str, ...] = (),
    ) -> None:
        self.span = span
        self.order = order
        self.above = above
        self.below = below


class MakeAsync(_Change):
    """Turn the ``def`` at ``span`` into ``async def``."""

    def __init__(self, span: Span) -> None:
        self.span = span


# ---------------------------------------------------------------------- statements


class Delete(_Change):
    """Take away the statement at ``span``, its decorators and the comment behind it; a block that it leaves empty gets
    ``pass``."""

    def __init__(self, span: Span) -> None:
        self.span = span


class Before(_Change):
    """Put the statements ``text`` (indented from 0, lines end in ``\\n``) before the statement at ``span``, at its
    depth, above its decorators."""

    def __init__(self, span: Span, text: str) -> None:
        self.span = span
        self.text = text


class After(_Change):
    """Put the statements ``text`` behind the statement at ``span``, at its depth. Those of several fixes that are
    ``in_turn`` follow one another in the order of their findings."""

    def __init__(self, span: Span, text: str, in_turn: bool = False) -> None:
        self.span = span
        self.text = text
        self.in_turn = in_turn


class Under(_Change):
    """Put the statements of one block, from the first one at ``first`` to the last one at ``last``, under ``head``:
    ``with SetWorkflowTimeout(10):``."""

    def __init__(self, head: str, first: Span, last: Span) -> None:
        self.head = head
        self.first = first
        self.last = last


class Enter(_Change):
    """Turn the statement at ``first``, which is an expression, into a ``with`` of it, that holds the statements behind
    it to the one at ``last``."""

    def __init__(self, first: Span, last: Span) -> None:
        self.first = first
        self.last = last


# ---------------------------------------------------------------------- imports


class Import(_Change):
    """See to it that ``from module import name`` (``import module`` where ``name`` is empty) holds in the whole file.

    ``alias`` is what the name is bound to, empty for itself. It is added to an import of that module, or gets a line
    of its own behind the imports.
    """

    def __init__(self, module: str, name: str = "", alias: str = "") -> None:
        self.module = module
        self.name = name
        self.alias = alias


class Unimport(_Change):
    """Take away the import that binds ``name`` in the module's scope, if nothing in the file uses it when everything
    else has been done. ``gone`` says that nothing does, and that there is nothing left to import: where the import
    cannot go, the fix is void. So it is where none is left of the imports at ``beside``, one of which has to stay for
    what their module does."""

    def __init__(self, name: str, gone: bool = False, beside: tuple[Span, ...] = ()) -> None:
        self.name = name
        self.gone = gone
        self.beside = beside


# ---------------------------------------------------------------------- files


class Create(_Change):
    """Make a file that holds ``text`` (lines end in ``\\n``): only in ``Fix.elsewhere``, and the only change there. A
    file that is there already makes the fix void, unless it holds just that."""

    def __init__(self, text: str) -> None:
        self.text = text


Change: TypeAlias = (
    Replace
    | Expression
    | Wrap
    | Swap
    | Arguments
    | Keys
    | Through
    | Listed
    | AsyncFor
    | Decorators
    | MakeAsync
    | Delete
    | Before
    | After
    | Under
    | Enter
    | Import
    | Unimport
    | Create
)


class Fix(NamedTuple):
    """One way to mend a finding, in the file of the finding: ``title`` says in one line what is done, as an order and
    without a final full stop ("await DBOS.sleep_async").

    ``elsewhere`` are changes that other files of the project need at the same time, by the path of the file: such a fix
    is for ``dbos-lint upgrade`` only, which sees them all.
    """

    title: str
    applicability: Applicability
    changes: tuple[Change, ...]
    elsewhere: tuple[tuple[str, tuple[Change, ...]], ...] = ()


class ByHand(NamedTuple):
    """That a finding is left to a person: ``reason`` is a clause, without a full stop, that says what is not certain
    ("the queue is handed to 'start'")."""

    reason: str
