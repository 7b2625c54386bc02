"""Fixes that run a synchronous call in another thread, which dbos's context follows."""

from __future__ import annotations

import ast

from dbos_lint.catalog import api
from dbos_lint.fix import Applicability, Change, Fix, Through
from dbos_lint.rules.awaiting import Site, await_of, is_awaited
from dbos_lint.rules.visitor import Here
from dbos_lint.rules.workflow.places import Places
from dbos_lint.semantics.awaits import is_asked_at_once, makers
from dbos_lint.semantics.values import External


class Threads:
    """What can be mended by another thread."""

    def __init__(self, here: Here) -> None:
        self._here = here
        self._awaiting = here.awaiting
        self._places = Places(here)

    def fix(self, site: Site | None, applicability: Applicability = Applicability.UNSAFE) -> Fix | None:
        """Awaits a synchronous call in another thread."""
        if site is None or not self._awaiting.can_await(site) or not self._runs_now(site) or not self._is_alone(site):
            return None
        if self._is_to_be_asynchronous(site) or is_asked_at_once(site.body, site.node):
            return None
        spelled = self._here.spelled("asyncio.to_thread", site.call)
        if spelled is None:
            return None
        title = f"run {site.text}() in a thread with await {spelled.text}"
        changes: list[Change] = [] if is_awaited(site.body, site.node) else [await_of(site.node)]
        changes += [Through(site.call.span, spelled.text), *spelled.imports]
        return Fix(title, applicability, tuple(changes))

    def _runs_now(self, site: Site) -> bool:
        """Whether the call itself does the work: ``map(step, rows)`` does it where somebody asks for the values."""
        values = self._here.callees(site.call).values
        return bool(values) and not any(
            isinstance(value, External) and not value.name.startswith("dbos.") for value in values
        )

    def _is_alone(self, site: Site) -> bool:
        """Whether no task of the workflow runs beside the thread, or both would be recorded in any order."""
        return not self._awaiting.in_workflow(site) or self._places.take_durable_call(site.node, site.call)

    def _is_to_be_asynchronous(self, site: Site) -> bool:
        """Whether it is asked of a handle that another kind of call must make: the finding there is mended first."""
        handle = site.node.func.value if isinstance(site.node.func, ast.Attribute) else None
        found = makers(site.body, handle) if handle is not None else ()
        sites = [
            self._awaiting.site_of(each, call)
            for each in found
            if isinstance(each, ast.Call) and (call := site.body.record(each)) is not None
        ]
        return any(each is not None and self._raises_or_has_twin(each) for each in sites)

    def _raises_or_has_twin(self, made: Site) -> bool:
        return self._awaiting.name(made) in api.RAISES_IN_LOOP or self._awaiting.twin(made) is not None
