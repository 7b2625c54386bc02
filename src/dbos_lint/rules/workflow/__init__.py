"""Workflow code: what makes a recovered run differ from the recorded one."""

from __future__ import annotations

from dbos_lint.rules.visitor import Visitor
from dbos_lint.rules.workflow.arguments import Fit
from dbos_lint.rules.workflow.collisions import Collisions
from dbos_lint.rules.workflow.data import Data
from dbos_lint.rules.workflow.dynamic import Dynamic
from dbos_lint.rules.workflow.effects import Effects
from dbos_lint.rules.workflow.gathers import Gathers
from dbos_lint.rules.workflow.hazards import Hazards
from dbos_lint.rules.workflow.instances import InstanceState
from dbos_lint.rules.workflow.loops import Loops
from dbos_lint.rules.workflow.memos import Memos
from dbos_lint.rules.workflow.names import Declarations
from dbos_lint.rules.workflow.picks import Picks
from dbos_lint.rules.workflow.shared import SharedState
from dbos_lint.rules.workflow.starts import Starts
from dbos_lint.rules.workflow.texts import Texts
from dbos_lint.rules.workflow.values import Values


class WorkflowVisitor(Visitor):
    """What workflow code must not do, and how workflows must not be declared and started."""

    parts = (
        Effects,
        Declarations,
        Collisions,
        Dynamic,
        Starts,
        Data,
        Fit,
        InstanceState,
        Memos,
        Hazards,
        Picks,
        Loops,
        Gathers,
        Values,
        SharedState,
        Texts,
    )
