"""Classes and their methods, made such as dbos asks for."""

from __future__ import annotations

import ast

from dbos_lint.catalog import patterns
from dbos_lint.fix import After, Applicability, Arguments, Before, Change, Decorators, Fix
from dbos_lint.rules.mending import call_with, safe
from dbos_lint.rules.visitor import Here
from dbos_lint.semantics.classes import Classes
from dbos_lint.semantics.instances import Instances
from dbos_lint.semantics.layers import Layer
from dbos_lint.semantics.refs import receiver_and_method
from dbos_lint.semantics.scoping import Place
from dbos_lint.semantics.sites import MODULE
from dbos_lint.semantics.spellings import Spelling, spelling
from dbos_lint.semantics.summary import Class, Function
from dbos_lint.semantics.values import ClassValue, External, Instance
from dbos_lint.syntax.spans import Span, span_of
from dbos_lint.syntax.trees import unparse

_CALLED = "dbos.DBOS.dbos_class"
# Parameters of a constructor that tell instances apart, the surest first.
_NAMES = ("config_name", "instance_name", "name")
_LINE_BETWEEN = 2
_TEXT = Instance(External("str"))
_IN_METHODS = frozenset({"staticmethod", "classmethod"})


class Named:
    """What gives the instances of a class a name, and how that is said."""

    __slots__ = ("changes", "said")

    def __init__(self, changes: tuple[Change, ...], said: str) -> None:
        self.changes = changes
        self.said = said


class ClassFixes:
    """How the classes of one file are mended."""

    def __init__(self, here: Here, classes: Classes, instances: Instances) -> None:
        self.here = here
        self.classes = classes
        self.instances = instances

    # ------------------------------------------------------------------ registration

    def register(self, node: ast.ClassDef, klass: Class, *, has_instances: bool) -> Fix | None:
        """Register a class of the module, and name its instances where they have workflows and no name yet."""
        value = ClassValue(self.here.module.path, klass.id)
        dbos = self._spelled(klass, "dbos.DBOS")
        if klass.parent_scope != MODULE or dbos is None or self._is_shared(klass, value):
            return None
        title = f"decorate class {klass.name} with @{dbos.text}.dbos_class()"
        changes: tuple[Change, ...] = (Decorators(span_of(node), above=(f"{dbos.text}.dbos_class()",)), *dbos.imports)
        if not has_instances or self._has_names(value):
            return Fix(title, Applicability.SAFE, changes)
        named = self._named(node, klass, value)
        if named is None:
            return None
        return Fix(f"{title} and {named.said}", Applicability.UNSAFE, (*changes, *named.changes))

    def _is_shared(self, klass: Class, value: ClassValue) -> bool:
        """Whether another class of the file has its name, or is registered and derives from it."""
        others = [each for each in self.here.module.classes if each.id != klass.id]
        return any(
            other.qualname == klass.qualname
            or (self.classes.is_registered(its) and value in self.here.resolver.lineage(its))
            for other in others
            for its in [ClassValue(self.here.module.path, other.id)]
        )

    def _has_names(self, value: ClassValue) -> bool:
        made = self.classes.is_configured(value) and self.instances.forgotten_by(value) is None
        return made and not self.classes.is_dataclass(value)

    def unregister(self, node: ast.ClassDef, klass: Class) -> Fix | None:
        """Take the registration away from a class that has no workflows of its own."""
        value = ClassValue(self.here.module.path, klass.id)
        registrars = list(self.classes.registrars(value))
        if len(registrars) != 1 or any(self.classes.workflows(value)):
            return None
        ref = registrars[0].ref
        if not isinstance(ref, tuple) or ref[0] != "call" or ref[2] or ref[3]:
            return None
        if self.here.resolver.resolve(self.here.module, ref[1], _place(klass)) != (External(_CALLED),):
            return None
        stay = tuple(index for index, each in enumerate(klass.decorators) if each is not registrars[0])
        return safe(f"remove the registration of class {klass.name}", Decorators(span_of(node), stay))

    # ------------------------------------------------------------------ names of instances

    def configure(self, node: ast.ClassDef, klass: Class) -> Fix | None:
        """Give the instances of a registered class a name."""
        value = ClassValue(self.here.module.path, klass.id)
        named = self._named(node, klass, value) if list(self.classes.registrars(value)) else None
        return Fix(named.said, Applicability.UNSAFE, named.changes) if named is not None else None

    def _named(self, node: ast.ClassDef, klass: Class, value: ClassValue) -> Named | None:
        """What names the instances of a class that derives from nothing, or from ``DBOSConfiguredInstance`` alone."""
        if klass.keywords or len(klass.decorators) != len(list(self.classes.registrars(value))):
            return None
        base: tuple[Change, ...] = ()
        if klass.bases:
            configured = (External(patterns.CONFIGURED_INSTANCE),)
            found = [self.here.resolver.resolve(self.here.module, each, _place(klass)) for each in klass.bases]
            if found != [configured]:
                return None
        else:
            spelled = self._spelled(klass, patterns.CONFIGURED_INSTANCE)
            if spelled is None:
                return None
            base = (Arguments(span_of(node), add=(("", spelled.text),)), *spelled.imports)
        derives = f"derive {klass.name} from DBOSConfiguredInstance and call" if base else "call"
        called = self._constructed(node, klass, value)
        return Named((*base, *called.changes), f"{derives} {called.said}") if called is not None else None

    def _constructed(self, node: ast.ClassDef, klass: Class, value: ClassValue) -> Named | None:
        """What calls the constructor of the base with a name."""
        own = [(each, function) for each, function in self.here.collected.nodes.functions if function.owner == klass.id]
        makers = [pair for pair in own if pair[1].name in ("__init__", "__post_init__", "__new__")]
        if not makers:
            return self._given_constructor(node, klass)
        if len(makers) > 1 or makers[0][1].name != "__init__":
            return None
        maker, function = makers[0]
        if maker not in node.body or function.receiver != "self" or function.decorators:
            return None
        if any(receiver_and_method(call.func)[1] == "__init__" for call in function.calls):
            return None
        if self.classes.has_config_name(value):
            return _by_hand(maker)
        name = self._name(klass, function)
        if name is None:
            return None
        said = f"super().__init__(config_name={name})"
        first, *others = maker.body
        if ast.get_docstring(maker, clean=False) is None:
            return Named((Before(span_of(first), f"{said}\n"),), said)
        # More than an empty line behind a docstring is a comment about what follows.
        if others and others[0].lineno - (first.end_lineno or 0) <= _LINE_BETWEEN:
            return Named((Before(span_of(others[0]), f"{said}\n"),), said)
        return Named((After(span_of(first), f"{said}\n"),), said)

    def _given_constructor(self, node: ast.ClassDef, klass: Class) -> Named | None:
        """A constructor, above the first method, for a class that has none."""
        name = self._only_instance(klass)
        first = next((each for each in node.body if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))), None)
        if name is None or first is None or self._reads_config_name(klass):
            return None
        said = f"super().__init__(config_name={name})"
        return Named((Before(span_of(first), f"def __init__(self) -> None:\n    {said}\n\n"),), said)

    def _reads_config_name(self, klass: Class) -> bool:
        module = self.here.module
        return "config_name" in module.scopes[klass.scope].bindings or "config_name" in klass.attributes

    def _name(self, klass: Class, function: Function) -> str | None:
        """The expression that names an instance in its constructor."""
        place = self.here.place(function)
        for name in _NAMES:
            for param in function.params[1:]:
                if param.name == name and param.kind in ("positional", "keyword"):
                    bound = self.here.module.scopes[function.scope].bindings[name]
                    known = self.here.resolver.resolve(self.here.module, param.annotation, place)
                    is_text = known == (_TEXT,) if param.annotation is not None else name == "config_name"
                    return name if is_text and len(bound) == 1 else None
        return self._only_instance(klass)

    def _only_instance(self, klass: Class) -> str | None:
        """The name of the variable of the module that holds the only instance which this file makes, in quotes."""
        value = ClassValue(self.here.module.path, klass.id)
        if klass.parent_scope != MODULE or any(
            each.id != klass.id and value in self.here.resolver.lineage(ClassValue(value.module, each.id))
            for each in self.here.module.classes
        ):
            return None
        made = [
            (node, call) for node, call in self.here.collected.nodes.calls if value in self.here.callees(call).values
        ]
        if len(made) != 1 or made[0][1].block != MODULE or self.here.function(made[0][1]).id != MODULE:
            return None
        for statement in self.here.collected.tree.body:
            target = statement.targets[0] if isinstance(statement, ast.Assign) else None
            if isinstance(statement, ast.Assign) and statement.value is made[0][0]:
                return f'"{target.id}"' if isinstance(target, ast.Name) and len(statement.targets) == 1 else None
        return None

    def _spelled(self, klass: Class, name: str) -> Spelling | None:
        return spelling(self.here.resolver, self.here.module, _place(klass), name)


def _place(klass: Class) -> Place:
    return Place(klass.parent_scope, klass.span.row)


def _by_hand(maker: ast.FunctionDef | ast.AsyncFunctionDef) -> Named | None:
    """``self.config_name = name`` to ``super().__init__(config_name=name)``."""
    stores = [
        each
        for each in ast.walk(maker)
        if isinstance(each, ast.Attribute) and not isinstance(each.ctx, ast.Load) and each.attr == "config_name"
    ]
    for statement in maker.body:
        if isinstance(statement, ast.Assign) and len(stores) == 1 and statement.targets == stores:
            changes = call_with(statement, "super().__init__(config_name=")
            if changes is not None and unparse(stores[0]) == "self.config_name":
                return Named(changes, "super().__init__(config_name=...) where config_name is set")
    return None


# ---------------------------------------------------------------------- methods


def put_on_top(span: Span, found: tuple[Layer, ...], name: str) -> Fix | None:
    """Put ``@staticmethod`` or ``@classmethod`` above decorators of dbos. ``found`` are the layers from the bottom up;
    among them, decorators of others may ask for one or the other."""
    top = list(reversed(found))
    if not all(layer.kind or layer.decorator.ref in _IN_METHODS for layer in top):
        return None
    moved = [index for index, layer in enumerate(top) if layer.decorator.ref == name]
    if len(moved) != 1:
        return None
    rest = (index for index in range(len(top)) if index != moved[0])
    return safe(f"put @{name} on top", Decorators(span, (moved[0], *rest)))
