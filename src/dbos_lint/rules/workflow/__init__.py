"""Workflow code: what makes a recovered run differ from the recorded one."""

from __future__ import annotations

from dbos_lint.catalog import api
from dbos_lint.catalog.nondeterminism import EXTRA, VALUE_KINDS
from dbos_lint.rules.late import late
from dbos_lint.rules.visitor import Here, Visitor, happening
from dbos_lint.rules.workflow.arguments import Fit
from dbos_lint.rules.workflow.collisions import Collisions
from dbos_lint.rules.workflow.data import Data
from dbos_lint.rules.workflow.dynamic import Dynamic
from dbos_lint.rules.workflow.effects import Effects
from dbos_lint.rules.workflow.instances import InstanceState
from dbos_lint.rules.workflow.loops import Loops
from dbos_lint.rules.workflow.memos import Memos
from dbos_lint.rules.workflow.names import Declarations
from dbos_lint.rules.workflow.picks import Picks
from dbos_lint.rules.workflow.texts import Texts
from dbos_lint.semantics import hazards
from dbos_lint.semantics.effects import GLOBAL_WRITE, IDENTITY, UNRECORDED
from dbos_lint.semantics.values import FunctionKey

_HAZARDS = (
    hazards.CATCHES_CANCELLATION,
    hazards.CATCHES_ERRORS,
    hazards.DURABLE_IN_FINALLY,
    hazards.FORGOTTEN,
    hazards.INTERLEAVED,
    hazards.RACES,
    hazards.TIMED,
    hazards.UNORDERED,
    hazards.WAITS_FOR_SET,
)


def _launches(here: Here) -> bool:
    """Whether coroutines are run side by side."""
    return any(function.launches for function in here.module.functions)


def _changes_variables(here: Here) -> bool:
    """Whether some function changes variables of the module."""
    path, facts = here.module.path, here.analysis.facts
    keys = (FunctionKey(path, function.id) for function in here.module.functions[1:])
    return any(effect.kind == GLOBAL_WRITE for key in keys for effect in facts(key).effects)


class WorkflowVisitor(Visitor):
    """What workflow code must not do, and how workflows must not be declared and started."""

    parts = (
        Effects,
        Declarations,
        Collisions,
        Dynamic,
        late("workflow.starts", "Starts", calls=api.FUNCTION_ARGUMENT.keys()),
        Data,
        Fit,
        InstanceState,
        Memos,
        late("workflow.hazards", "Hazards", effects=happening(_HAZARDS, api.WORKFLOW)),
        Picks,
        Loops,
        late("workflow.gathers", "Gathers", concerns=_launches),
        late("workflow.values", "Values", effects=happening(VALUE_KINDS | {EXTRA, UNRECORDED, IDENTITY}, api.WORKFLOW)),
        late("workflow.shared", "SharedState", concerns=_changes_variables),
        Texts,
    )
