"""The small rewrites: names that are others now, and a handful of arguments and keys that are written otherwise."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from dbos_lint.catalog import api
from dbos_lint.catalog.history import Symbol
from dbos_lint.catalog.names import PARTITION
from dbos_lint.catalog.renames import BY_HAND, RENAMES, Rename
from dbos_lint.fix import Applicability, Arguments, ByHand, Change, Expression, Fix, Keys, Replace
from dbos_lint.outlines import kinds_in
from dbos_lint.rules.migration.nodes import Nodes, nodes
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.told import READ
from dbos_lint.semantics.values import Constant
from dbos_lint.syntax.spans import Span, span_of
from dbos_lint.syntax.trees import is_constant, unparse

_CONFIG = "dbos.DBOSConfig"
_FLAG, _VERSION = "enable_patching", "application_version"
_PATCHING = '"PATCHING_ENABLED"'
_POSITIONS = (
    "records one step more, which shifts the positions of runs in flight: keep those on DBOS.patch or an "
    "application_version of their own"
)

Answer = Fix | ByHand | None


def _renamed(here: Here, symbol: Symbol, span: Span) -> Answer:
    """The same under another name: an attribute, or a keyword."""
    rename = RENAMES[symbol.name]
    if not here.has(rename.new):
        return None
    known = nodes(here)
    new = _last(rename)
    title = f"write {new} for {symbol.last}{f': {rename.but}' if rename.but else ''}"
    attribute, keyword = _attribute(known, symbol, span), known.find(span, ast.keyword)
    if symbol.owner == "Queue" and here.once(_has_partitions):
        return ByHand("the limit of a queue with partitions, of which there are some, is partition_concurrency")
    if attribute is not None:
        return Fix(title, rename.applicability, (Replace(_name_of(attribute), new),))
    if keyword is not None and keyword.arg == symbol.last:
        call = known.parents[keyword]
        if isinstance(call, ast.Call) and any(each.arg == new for each in call.keywords):
            return ByHand(f"{new} is given as well")
        place = Span(span.row, span.col, span.row, span.col + len(symbol.last))
        return Fix(title, rename.applicability, (Replace(place, new),))
    return ByHand("it is not written down where it is used")


def _has_partitions(here: Here) -> bool:
    """Whether a file of the project names what gives a queue partitions."""
    own = here.resolver.project.read(here.module.path) or b""
    others = here.analysis.names.answers(PARTITION, READ, here.module)
    return PARTITION in kinds_in(own) or any(is_read for path, is_read in others if path != here.module.path)


def _attribute(known: Nodes, symbol: Symbol, span: Span) -> ast.Attribute | None:
    """The attribute that names ``symbol``: what stands at ``span``, or what that is got from."""
    node: ast.expr | None = known.find(span, ast.Attribute)
    found: list[ast.Attribute] = []
    while isinstance(node, ast.Attribute):
        found += [node] if node.attr == symbol.last else []
        node = node.value
    return found[0] if len(found) == 1 else None


def _name_of(attribute: ast.Attribute) -> Span:
    """Where the name behind the dot stands."""
    _, _, row, col = span_of(attribute)
    return Span(row, col - len(attribute.attr), row, col)


def _last(rename: Rename) -> str:
    return rename.new.rstrip(")").replace("(", ".").rpartition(".")[2]


def _by_hand(_here: Here, symbol: Symbol, _span: Span) -> Answer:
    return ByHand(BY_HAND[symbol.name])


# ---------------------------------------------------------------------- arguments


def _in_order(here: Here, symbol: Symbol, span: Span) -> Answer:
    """``in_order=True`` of a Kafka consumer, or the same by position."""
    known = nodes(here)
    keyword, constant = known.find(span, ast.keyword), known.find(span, ast.Constant)
    given: ast.keyword | ast.expr | None = keyword or constant
    value = keyword.value if keyword is not None else constant
    call = known.parents.get(given) if given is not None else None
    if not isinstance(value, ast.Constant) or not isinstance(call, ast.Call) or not isinstance(value.value, bool):
        return ByHand("its value is not written down there")
    if any(each.arg in (None, "ordering") for each in call.keywords):
        return ByHand("the order may be given otherwise as well")
    if value.value:
        return Fix('write ordering="topic" for in_order=True', Applicability.SAFE, (Replace(span, 'ordering="topic"'),))
    place = symbol.last if keyword is not None else symbol.position
    if place is None:
        return None
    return Fix("drop in_order=False", Applicability.SAFE, (Arguments(span_of(call), drop=(place,)),))


def _debug_mode(here: Here, symbol: Symbol, span: Span) -> Answer:
    """``DBOS.launch(debug_mode=False)``"""
    known = nodes(here)
    keyword = known.find(span, ast.keyword)
    call = known.parents.get(keyword) if keyword is not None else None
    if keyword is None or not isinstance(call, ast.Call) or not is_constant(keyword.value, False):
        return ByHand("nothing takes the place of the debug mode")
    return Fix("drop debug_mode=False", Applicability.SAFE, (Arguments(span_of(call), drop=(symbol.last,)),))


def _restart(here: Here, symbol: Symbol, span: Span) -> Answer:
    """``DBOS.restart_workflow(id)``, which was made of ``fork_workflow`` itself."""
    known = nodes(here)
    function = known.find(span, ast.Attribute)
    call = known.parents.get(function) if function is not None else None
    if not isinstance(call, ast.Call) or call.func is not function or function.attr != symbol.last:
        return ByHand("it is not called there")
    given: list[str | None] = [None for each in call.args if not isinstance(each, ast.Starred)]
    given += (each.arg for each in call.keywords if each.arg is not None)
    if len(given) != 1 or len(call.args) + len(call.keywords) != 1:
        return ByHand("its arguments are not written down there")
    new = symbol.last.replace("restart", "fork")
    added = ("start_step" if call.keywords else "", "1")
    changes = (Replace(_name_of(function), new), Arguments(span_of(call), add=(added,)))
    return Fix(f"call DBOS.{new} from step 1, as it did itself", Applicability.SAFE, changes)


def _parent(here: Here, symbol: Symbol, span: Span) -> Answer:
    """``DBOS.parent_workflow_id``: now in the status of the workflow."""
    known = nodes(here)
    attribute = _attribute(known, symbol, span)
    if attribute is None or not here.has("WorkflowStatus.parent_workflow_id"):
        return None
    inside = next((each for each in known.around(attribute) if isinstance(each, _FUNCTIONS)), None)
    record = next((record for node, record in here.collected.nodes.functions if node is inside), None)
    entity = here.entity(record) if record is not None else None
    if entity is None or entity.kind is not api.WORKFLOW:
        return ByHand("it is not read in the function of a workflow itself")
    dbos = unparse(attribute.value)
    status = f"{dbos}.get_workflow_status({dbos}.workflow_id)"
    if isinstance(inside, ast.AsyncFunctionDef):
        if any(isinstance(each, ast.GeneratorExp) for each in known.around(attribute)):
            return ByHand("nothing can be awaited there")
        status = f"(await {dbos}.get_workflow_status_async({dbos}.workflow_id))"
    title = f"read it from the status of the workflow, where it is None at the top; this {_POSITIONS}"
    return Fix(title, Applicability.UNSAFE, (Expression(span_of(attribute), f"{status}.{symbol.last}"),))


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


# ---------------------------------------------------------------------- keys


def _enable_patching(here: Here, _symbol: Symbol, span: Span) -> Answer:
    """``enable_patching``: all that it does is to keep one version, which ``application_version`` says as well."""
    known = nodes(here)
    dicts = here.typed_dicts
    entries = [each for each in dicts.entries(_CONFIG) if each.key == _FLAG and dicts.spans(each)[0] == span]
    if len(entries) != 1:
        return None
    entry = entries[0]
    values = dicts.values(entry)
    if values not in ((Constant(True),), (Constant(False),)):
        return ByHand("its value is not written down there")
    literals = {each.span: each for each in dicts.literals(_CONFIG)}
    text = dicts.written(entry.span) if entry.span in literals else None
    if text is None:
        return _set_by_name(here, known, span)
    others = {each.key: each for each in dicts.entries(_CONFIG) if each.span == entry.span}
    if values == (Constant(False),):
        return Fix("drop enable_patching", Applicability.SAFE, (_without(text),))
    if _VERSION in others:
        version = dicts.values(others[_VERSION])
        certain = bool(version) and all(isinstance(each, Constant) and isinstance(each.value, str) for each in version)
        title = "drop enable_patching: application_version wins over it"
        if certain:
            return Fix(title, Applicability.SAFE, (_without(text),))
        return Fix(f"{title}, unless it is None", Applicability.UNSAFE, (_without(text),))
    set_elsewhere = any(each.key == _VERSION and each.span not in literals for each in dicts.entries(_CONFIG))
    if set_elsewhere or literals[entry.span].hides:
        return ByHand("application_version may be set elsewhere, and wins over it")
    title = f"write application_version={_PATCHING}, which is what enable_patching does"
    return Fix(title, Applicability.SAFE, (_replaced(text),))


def _set_by_name(here: Here, known: Nodes, span: Span) -> Answer:
    """``config["enable_patching"] = True``"""
    target = known.find(span, ast.Subscript)
    if target is None or any(each.key == _VERSION for each in here.typed_dicts.entries(_CONFIG)):
        return ByHand("it is set apart from the other keys")
    statement = known.parents[target]
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1 or not is_constant(statement.value, True):
        return ByHand("it is set apart from the other keys")
    changes = (Expression(span_of(target.slice), f'"{_VERSION}"'), Expression(span_of(statement.value), _PATCHING))
    title = f"set application_version to {_PATCHING}, which is what enable_patching does"
    return Fix(title, Applicability.SAFE, changes)


def _without(text: ast.Dict | ast.Call) -> Change:
    if isinstance(text, ast.Dict):
        return Keys(span_of(text), drop=(_FLAG,))
    return Arguments(span_of(text), drop=(_FLAG,))


def _replaced(text: ast.Dict | ast.Call) -> Change:
    if isinstance(text, ast.Dict):
        return Keys(span_of(text), rename=((_FLAG, _VERSION),), values=((_FLAG, _PATCHING),))
    return Arguments(span_of(text), rename=((_FLAG, _VERSION),), values=((_FLAG, _PATCHING),))


FAMILIES: Mapping[str, Callable[[Here, Symbol, Span], Answer]] = {
    **dict.fromkeys(RENAMES, _renamed),
    **dict.fromkeys(BY_HAND, _by_hand),
    "DBOS.kafka_consumer(in_order)": _in_order,
    "DBOS.launch(debug_mode)": _debug_mode,
    "DBOS.restart_workflow": _restart,
    "DBOS.restart_workflow_async": _restart,
    "DBOS.parent_workflow_id": _parent,
    "DBOSConfig[enable_patching]": _enable_patching,
}
