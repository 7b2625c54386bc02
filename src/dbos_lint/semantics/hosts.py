"""Applications that launch the engine when they start: by a lifespan, or by a hook of their framework."""

from __future__ import annotations

from collections.abc import Iterator

from dbos_lint.catalog import api, frameworks
from dbos_lint.semantics.decorating import applied
from dbos_lint.semantics.lines import LAUNCH, Event, Lines, terminal
from dbos_lint.semantics.sites import MODULE, Binding, Call
from dbos_lint.semantics.summary import Module
from dbos_lint.semantics.values import Constant, Container, External, FunctionKey, FunctionValue, Value

# dbos 1 and 2 launch together with the application that they are given.
_HOST_KEYWORDS = frozenset({"fastapi", "flask"})


def launches_with_host(lines: Lines, module: Module) -> bool:
    """Whether the module has a lifespan or start-up hook that launches."""
    return any(_launches(lines, hook) for hook in _hooks(lines, module)) or any(
        _is_hosted(lines, module, call) for function in module.functions for call in function.calls
    )


def _launches(lines: Lines, hook: Value) -> bool:
    if isinstance(hook, FunctionValue):
        return any(event.kind == LAUNCH for event in lines.of(FunctionKey(hook.module, hook.id)))
    return isinstance(hook, External) and hook.name == api.LAUNCH


def _is_hosted(lines: Lines, module: Module, call: Call) -> bool:
    return any(name in _HOST_KEYWORDS for name, _ in call.keywords) and External(api.DBOS) in (
        lines.analysis.calls.callees(module, call).externals
    )


def _hooks(lines: Lines, module: Module) -> Iterator[Value]:
    """The functions that run when a framework starts, as far as the module tells."""
    for function in module.functions[1:]:
        names = {terminal(ref, module.renamed) for ref in applied(module, function)}
        if names & frameworks.LIFESPAN_DECORATORS or (function.owner is not None and function.name == "ready"):
            yield FunctionValue(module.path, function.id)
    for function in module.functions:
        for call in function.calls:
            refs = [ref for name, ref in call.keywords if name in frameworks.LIFESPAN_KEYWORDS]
            if terminal(call.func) == "add_event_handler":
                refs.extend(call.args[1:2])
            for ref in refs:
                for value in lines.analysis.calls.resolve(module, ref, call):
                    yield from value.elements if isinstance(value, Container) else (value,)


def is_page(lines: Lines, module: Module) -> bool:
    """Whether the module is a page that a framework runs as a program, whenever somebody looks at it."""
    imports = [each for several in module.scopes[MODULE].bindings.values() for each in several if _is_page(each)]
    calls = module.functions[MODULE].calls if imports else ()
    names = (name for call in calls for name in lines.analysis.calls.callees(module, call).names)
    return any(name.startswith(frameworks.PAGES) and name not in frameworks.BESIDE_PAGES for name in names)


def _is_page(binding: Binding) -> bool:
    """Whether it imports something of a framework of pages."""
    return binding.kind == "import" and f"{binding.value[0]}.".startswith(frameworks.PAGES)


def serves_by_name(lines: Lines, event: Event) -> bool:
    """Whether a server call names its application, of another module, by a string: ``uvicorn.run("shop:app")``."""
    frame = event.frames[-1]
    module = lines.analysis.resolver.module(frame.key.module)
    for call in module.functions[frame.key.id].calls:
        if call.span == frame.span:
            values = lines.analysis.calls.argument(module, call, 0, "app")
            return any(isinstance(value, Constant) and isinstance(value.value, str) for value in values)
    return False
