"""What workflow methods do to their instance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dbos_lint.catalog import api
from dbos_lint.diagnostic import TraceStep
from dbos_lint.rules.declared.workflow import INSTANCE_STATE_IN_WORKFLOW
from dbos_lint.rules.visitor import Visitor, happening
from dbos_lint.semantics.contexts import Reached
from dbos_lint.semantics.effects import SELF_WRITE
from dbos_lint.semantics.selves import FILLING, changed_by, keeps_self
from dbos_lint.semantics.values import FunctionKey
from dbos_lint.syntax.spans import Span

_WHY = (
    "every workflow on this instance shares it, and after a crash another process has an instance of its own; keep it "
    "in a local variable and pass it on"
)


class InstanceState(Visitor):
    """Workflow methods that change ``self``."""

    effects = happening((SELF_WRITE,), api.WORKFLOW)

    def visit_effect(self, reached: Reached) -> None:
        effect = reached.effect
        if effect.kind != SELF_WRITE or reached.context != api.WORKFLOW or effect.detail in FILLING:
            return
        if self._on_self(reached.chain):
            self._report(reached.span, effect.label, self.here.trace(reached))

    def visit_module(self) -> None:
        """Methods that are inherited from another file."""
        contexts = self.here.contexts
        for key in contexts.visits[api.WORKFLOW]:
            inherited = list(self._inherited(key)) if key.module == self.here.module.path else []
            chain = contexts.chain(api.WORKFLOW, key) if inherited else ()
            for span, callee in inherited if self._on_self(chain) else ():
                change = changed_by(self.here.analysis, callee)
                if change is not None:
                    origin, effect = change
                    steps = [self.here.step(each) for each in dict.fromkeys((*chain, callee, origin))]
                    at = TraceStep(effect.label, origin.module, effect.span.row)
                    self._report(span, effect.label, (*steps, at))

    def _inherited(self, key: FunctionKey) -> Iterator[tuple[Span, FunctionKey]]:
        """The own methods that a method calls and another file defines."""
        function = self.here.module.functions[key.id]
        for call in function.calls if function.receiver else ():
            if function.calls_own_method(call):
                for callee in self.here.callees(call).runs:
                    if callee.module != self.here.module.path:
                        yield call.span, self.here.resolver.key(callee)

    def _on_self(self, chain: Sequence[FunctionKey]) -> bool:
        """Whether ``chain`` begins with a workflow method and stays on its instance."""
        if not chain or not self.here.module.functions[chain[0].id].receiver:
            return False
        return keeps_self(self.here.contexts, api.WORKFLOW, chain)

    def _report(self, span: Span, label: str, trace: tuple[TraceStep, ...]) -> None:
        route = self.here.route(trace)
        self.here.report(
            INSTANCE_STATE_IN_WORKFLOW,
            span,
            f"{label} is changed while workflow '{trace[0].label}' runs{route}: {_WHY}",
            trace,
        )
