"""Which calls start a workflow, and so take the options of the blocks around them, and which certainly do not."""

from __future__ import annotations

from collections.abc import Iterable

from dbos_lint.catalog import api, patterns
from dbos_lint.catalog.history import Version, version
from dbos_lint.semantics.analysis import Analysis
from dbos_lint.semantics.calls import Callees
from dbos_lint.semantics.effects import CALLS_WORKFLOW, STARTS_WORKFLOW
from dbos_lint.semantics.externals import known_as
from dbos_lint.semantics.lines import outside_loops
from dbos_lint.semantics.refs import may_be_callable
from dbos_lint.semantics.sites import Call
from dbos_lint.semantics.summary import Function, Module
from dbos_lint.semantics.values import Entity, External, FunctionKey, FunctionValue, Instance, Partial

# Packages and types whose calls run nothing that they are not handed, and nothing of what other code has begun.
_INERT_ROOTS = frozenset(
    "aiofiles aiohttp anthropic asyncpg base64 boto3 collections copy csv datetime decimal fractions hashlib httpx io "
    "itertools json logging loguru math numpy openai operator os pandas pathlib psycopg psycopg2 random re redis "
    "requests secrets shutil sqlite3 statistics string structlog subprocess tempfile textwrap time urllib "
    "urllib3 uuid zlib bool bytes dict float frozenset int list mapping set str tuple".split()
)
_INERT = frozenset(
    "abs all any asyncio.sleep bool dict enumerate float getattr hasattr hash id int isinstance len list max min open "
    "print range repr reversed round set sorted str sum tuple zip".split()
)
# Called outside workflows, what is not a workflow was one of its own until this release.
_OWN_WORKFLOW_UNTIL: dict[str, Version] = {api.STEP: (1, 12), api.TRANSACTION: (3, 0)}
# What dbos offers that may take the options of a block, beside the calls that start a workflow.
_KINDS = frozenset({STARTS_WORKFLOW, CALLS_WORKFLOW})
_METHODS_OF_DBOS = "sleep recv send set_event get_event get_all_events write_stream close_stream run_step logger patch"
_INERT_API = api.with_async(frozenset(f"{api.DBOS}.{name}" for name in _METHODS_OF_DBOS.split()))


class Starts:
    """What the calls of one project start."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self._certain: dict[FunctionKey, bool] = {}
        self._inert: dict[FunctionKey, bool] = {}

    # ------------------------------------------------------------------ what starts a workflow

    def starts(self, module: Module, call: Call) -> bool:
        """Whether ``call`` certainly starts a workflow that takes the ID of the block around it."""
        callees = self.analysis.calls.callees(module, call)
        if not callees.values:
            return False
        return all(
            (isinstance(value, Entity) and value.kind == api.WORKFLOW)
            or (isinstance(value, External) and value.name in patterns.TAKES_ID)
            or (isinstance(value, FunctionValue) and self._does(self.analysis.resolver.key(value)))
            for value in callees.values
        )

    def _does(self, key: FunctionKey) -> bool:
        """Whether running the function starts a workflow in any case, and under no ID of its own."""
        if key not in self._certain:
            self._certain[key] = False
            module = self.analysis.resolver.module(key.module)
            function = module.functions[key.id]
            self._certain[key] = (
                not function.is_generator
                and any(
                    module.blocks[outside_loops(module, call.block)].kind == "function" and self.starts(module, call)
                    for call in function.calls
                )
                and not self._sets_id(module, function)
            )
        return self._certain[key]

    def _sets_id(self, module: Module, function: Function) -> bool:
        own = Instance(External(patterns.SET_ID))
        return any(own in self.analysis.calls.resolve(module, manager.ref, manager) for manager in function.withs)

    # ------------------------------------------------------------------ what does not

    def is_inert(self, module: Module, call: Call) -> bool:
        """Whether ``call`` certainly starts no workflow: all that it runs is known."""
        callees = self.analysis.calls.callees(module, call)
        if not callees.known or callees.aside or callees.threads:
            return False
        for entity in callees.durable:
            # A step starts nothing, unless it is called outside workflows, where it is a plain function.
            reach = self.analysis.reach(self.analysis.resolver.key(entity.function))
            if entity.kind == api.WORKFLOW or not _KINDS.isdisjoint(reach):
                return False
            if self._target < _OWN_WORKFLOW_UNTIL.get(entity.kind, (0, 0)):
                return False
        if any(isinstance(value, (Partial, Instance)) for value in callees.values):
            return False
        if not all(self._is_inert_outside(external) for external in (*callees.externals, *callees.handed)):
            return False
        if callees.externals and self._hands_on(module, call, callees):
            return False
        return all(self._runs_nothing(self.analysis.resolver.key(callee)) for callee in callees.runs)

    @property
    def _target(self) -> Version:
        return version(self.analysis.resolver.project.settings.dbos_version)

    def _runs_nothing(self, key: FunctionKey) -> bool:
        if key not in self._inert:
            self._inert[key] = True
            module = self.analysis.resolver.module(key.module)
            function = module.functions[key.id]
            self._inert[key] = not function.is_generator and all(self.is_inert(module, call) for call in function.calls)
        return self._inert[key]

    @staticmethod
    def _is_inert_outside(external: External) -> bool:
        name = known_as(external)
        root = name.partition(".")[0]
        return name in _INERT_API or name in patterns.BLOCKS or name in _INERT or root in _INERT_ROOTS

    def _hands_on(self, module: Module, call: Call, callees: Callees) -> bool:
        """Whether something of the project is handed to what lies outside, which may call it. Steps may be."""
        if callees.names & api.RUNS_STEP.keys():
            return False
        given: Iterable[object] = (*call.args, *(ref for _, ref in call.keywords))
        for ref in given:
            for value in self.analysis.calls.resolve(module, ref, call) if may_be_callable(ref) else ():
                if isinstance(value, (FunctionValue, Entity, Partial)):
                    return True
        return False
