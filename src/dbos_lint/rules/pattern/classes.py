"""Workflows on classes: the class must be registered, and its instances must have a name."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING

from dbos_lint.catalog import api
from dbos_lint.diagnostic import Level
from dbos_lint.fix import Fix
from dbos_lint.rules.declared.pattern import (
    CLASS_NOT_REGISTERED,
    INSTANCE_NOT_CONFIGURED,
    METHOD_DECORATOR_ORDER,
    REGISTERED_SUBCLASS,
)
from dbos_lint.rules.visitor import Visitor
from dbos_lint.semantics.layers import Layer, layers
from dbos_lint.semantics.summary import Class, Function
from dbos_lint.semantics.values import ClassValue, FunctionValue
from dbos_lint.syntax.spans import Span, span_of

if TYPE_CHECKING:
    from dbos_lint.rules.pattern.registering import ClassFixes
    from dbos_lint.semantics.classes import Classes
    from dbos_lint.semantics.instances import Instances

_CONFIGURE = (
    "derive from DBOSConfiguredInstance and call super().__init__(config_name=...) with a name that each instance has "
    "to itself"
)


class ClassShapes(Visitor):
    """What dbos asks of a class with workflows."""

    @cached_property
    def classes(self) -> Classes:
        from dbos_lint.semantics.classes import Classes  # for files with classes, as the next ones

        return Classes(self.here.analysis.calls)

    @cached_property
    def instances(self) -> Instances:
        from dbos_lint.semantics.instances import Instances

        return Instances(self.here.analysis.calls, self.classes)

    @cached_property
    def _fixes(self) -> ClassFixes:
        from dbos_lint.rules.pattern.registering import ClassFixes

        return ClassFixes(self.here, self.classes, self.instances)

    @cached_property
    def _reported(self) -> set[Span]:
        return set()

    def visit_ClassDef(self, node: ast.ClassDef, klass: Class) -> None:
        value = ClassValue(self.here.module.path, klass.id)
        if klass.decorators:
            self._registered_subclass(node, klass, value)
        workflows = list(self.classes.workflows(value))
        if not workflows:
            return
        if self.classes.is_registered(value):
            methods = [function for function, of_class in workflows if not of_class]
            self._not_configured(node, klass, value, methods)
        elif not self.classes.may_be_registered(value):
            self._not_registered(node, klass, value, workflows)

    # ------------------------------------------------------------------ registration

    def _not_registered(
        self, node: ast.ClassDef, klass: Class, value: ClassValue, workflows: list[tuple[Function, bool]]
    ) -> None:
        base = self.classes.registered_base(value)
        fix = None
        if base is None:
            reason = f"class {klass.name} is not registered"
            advice = "decorate the class with @DBOS.dbos_class()"
            has_instances = not all(of_class for _, of_class in workflows)
            fix = self._fixes.register(node, klass, has_instances=has_instances)
        else:
            name = self.here.resolver.klass(base).name
            reason = f"class {klass.name} is not registered, and the registration of {name} covers its own methods only"
            advice = f"move the workflow into {name}, and let it call a method that {klass.name} overrides"
        for function, of_class in workflows:
            if of_class or (function.params and function.params[0].name == "self"):
                self.here.report(
                    CLASS_NOT_REGISTERED,
                    function.span,
                    f"workflow '{function.name}' is a method of {'the class' if of_class else 'an instance'}, but "
                    f"{reason}: dbos raises when it is called; {advice}",
                    fix=fix,
                )

    def _registered_subclass(self, node: ast.ClassDef, klass: Class, value: ClassValue) -> None:
        registrars = list(self.classes.registrars(value))
        base = self.classes.registered_base(value) if registrars else None
        if base is not None and not self.classes.has_choice_of_bases(value):
            name = self.here.resolver.klass(base).name
            self.here.report(
                REGISTERED_SUBCLASS,
                registrars[0].span,
                f"class {klass.name} inherits the registration of {name} and cannot be registered again: dbos raises "
                "when the class is made; remove this decorator",
                fix=self._fixes.unregister(node, klass),
            )

    # ------------------------------------------------------------------ names of instances

    def _not_configured(self, node: ast.ClassDef, klass: Class, value: ClassValue, workflows: list[Function]) -> None:
        if not workflows or not self.classes.knows_bases(value):
            return
        if self.classes.is_configured(value):
            self._forgotten(node, klass, value, workflows)
            return
        by_hand = self.classes.has_config_name(value)
        if by_hand and not self.here.targets_at_least(3, 0):
            # Until then, DBOS.register_instance registered an instance that named itself.
            return
        effect = (
            "calls work, but a queue or a recovery finds no instance of that name"
            if by_hand
            else "dbos raises when the workflow is called"
        )
        given = "set config_name by hand" if by_hand else "have no config_name"
        for function in workflows:
            self.here.report(
                INSTANCE_NOT_CONFIGURED,
                function.span,
                f"workflow '{function.name}' is a method of instances, but those of {klass.name} {given}: {effect}; "
                f"{_CONFIGURE}",
                fix=self._fixes.configure(node, klass),
            )

    def _forgotten(self, node: ast.ClassDef, klass: Class, value: ClassValue, workflows: list[Function]) -> None:
        constructor = self.instances.forgotten_by(value)
        if constructor is None:
            if self.instances.constructor(value) is None and self._is_dataclass(value):
                self._report_forgotten(klass, workflows, "the constructor that @dataclass makes")
            return
        function = self.here.resolver.function(constructor)
        if constructor.module != self.here.module.path:
            self._report_forgotten(klass, workflows, f"{function.qualname}")
        elif function.span not in self._reported:
            self._reported.add(function.span)
            self.here.report(
                INSTANCE_NOT_CONFIGURED,
                function.span,
                f"{function.qualname} does not call super().__init__(config_name=...), so that the instances have no "
                "registered name: dbos raises when a workflow of theirs is called; call it first",
                fix=self._fixes.configure(node, klass) if function.owner == klass.id else None,
            )

    def _is_dataclass(self, value: ClassValue) -> bool:
        made = self.here.resolver.method(ClassValue(value.module, value.id), "__post_init__")
        return made is None and self.classes.is_dataclass(value)

    def _report_forgotten(self, klass: Class, workflows: list[Function], constructor: str) -> None:
        for function in workflows:
            self.here.report(
                INSTANCE_NOT_CONFIGURED,
                function.span,
                f"workflow '{function.name}' is a method of instances, but {constructor} does not call that of "
                f"DBOSConfiguredInstance: dbos finds no registered instance to run it on; give {klass.name} an "
                "__init__ that calls super().__init__(config_name=...)",
            )

    # ------------------------------------------------------------------ decorators of methods

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, function: Function) -> None:
        if function.owner is None or len(function.decorators) < 2:
            return
        made = self.here.resolver.decorated(FunctionValue(self.here.module.path, function.id)).entity
        if made is None:
            return
        below = ""
        found = layers(self.here.resolver, self.here.module, function)
        for layer in found:
            if layer.decorator.ref in ("staticmethod", "classmethod"):
                below = str(layer.decorator.ref)
            elif below and layer.kind in (api.WORKFLOW, api.STEP):
                from dbos_lint.rules.pattern.registering import put_on_top

                self._wrong_order(function, layer, below, put_on_top(span_of(node), found, below))
                return

    def _wrong_order(self, function: Function, layer: Layer, below: str, fix: Fix | None) -> None:
        owner = ClassValue(self.here.module.path, function.owner or 0)
        level = Level.ERROR
        if below == "classmethod":
            effect = "gets an object that it cannot call, and each call raises TypeError"
        elif layer.kind == api.WORKFLOW and function.params and self.classes.is_registered(owner):
            effect = "makes an ordinary method of it, and dbos, which takes its first argument for an instance, raises"
        else:
            effect = "makes an ordinary method of it, which works through the class only, not through instances"
            level = Level.WARNING
        self.here.report(
            METHOD_DECORATOR_ORDER,
            layer.decorator.span,
            f"the {layer.kind} decorator of '{function.name}' stands above @{below}: it {effect}; put @{below} on top",
            level=level,
            fix=fix,
        )
