"""The values every other room speaks of: a rule, a diagnostic and the trace that explains it."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from dbos_lint.applicability import Applicability
from dbos_lint.records import NamedTuple

if TYPE_CHECKING:
    from dbos_lint.fix import Fix


class Level(str, Enum):
    """How bad a finding is. ``ADVICE`` rules are off unless selected."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


class Confidence(str, Enum):
    """How sure a finding is. One of ``MEDIUM`` confidence rests on a guess, and is shown by the strict preset only."""

    HIGH = "high"
    MEDIUM = "medium"


class Scope(str, Enum):
    """How much of the program a rule's verdict needs; ``REVISIONS``: two states of it, for ``dbos-lint diff``."""

    EXPR = "expr"
    FUNCTION = "function"
    MODULE = "module"
    PROJECT = "project"
    REVISIONS = "revisions"


class Rule(NamedTuple):
    """The declaration of a rule; its page under ``docs/rules/`` is checked against it.

    ``fix`` is the best applicability that a fix of it can have. ``since`` and ``until`` bound the dbos versions
    (``since <= version < until``) under which the rule is true; ``None`` leaves that side open. ``reference`` is the
    page of docs.dbos.dev that the rule interprets, as a path. A ``preview`` rule is off until it is promoted.
    """

    code: str
    name: str
    level: Level
    scope: Scope
    summary: str
    reference: str
    fix: Applicability = Applicability.NONE
    since: str | None = None
    until: str | None = None
    preview: bool = False

    @property
    def on_by_default(self) -> bool:
        return self.level is not Level.ADVICE and not self.preview


class Position(NamedTuple):
    """A place in a file: ``row`` counts from 1, ``column`` counts characters from 1."""

    row: int
    column: int


class TraceStep(NamedTuple):
    """One link of the chain from the function that dbos runs to the origin of an effect.

    ``label`` is a function's name or, for the last step, the offending expression.
    """

    label: str
    filename: str
    row: int


class Diagnostic(NamedTuple):
    """One finding, as every door reports it.

    ``message`` says what is wrong, why, and what to do, in one line without a final full stop and without the
    code. ``trace`` is the whole chain, from the durable function to the origin; it is empty where the finding
    needs none. ``statement`` holds the first and last row of the statement around the finding: a suppression
    comment counts on either. ``own_level`` is set where this finding is worse, or less bad, than its rule's others.
    ``fix`` mends it, where that is certain; ``by_hand`` says why it is not, where a migration looked for one.
    """

    rule: Rule
    filename: str
    start: Position
    end: Position
    message: str
    trace: tuple[TraceStep, ...] = ()
    statement: tuple[int, int] = (0, 0)
    own_level: Level | None = None
    confidence: Confidence = Confidence.HIGH
    fix: Fix | None = None
    by_hand: str = ""

    @property
    def code(self) -> str:
        return self.rule.code

    @property
    def level(self) -> Level:
        return self.own_level or self.rule.level

    def sort_key(self) -> tuple[str, int, int, str, str]:
        return (self.filename, self.start.row, self.start.column, self.rule.code, self.message)
