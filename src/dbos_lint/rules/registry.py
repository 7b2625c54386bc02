"""Every rule, by code, in the order of the categories."""

from __future__ import annotations

from dbos_lint.diagnostic import Rule
from dbos_lint.rules.declared import advanced, client, comm, lifecycle, meta, pattern, queue, step, testing, workflow

CATEGORIES: dict[str, tuple[Rule, ...]] = {
    "lifecycle": lifecycle.RULES,
    "workflow": workflow.RULES,
    "step": step.RULES,
    "queue": queue.RULES,
    "comm": comm.RULES,
    "pattern": pattern.RULES,
    "testing": testing.RULES,
    "client": client.RULES,
    "advanced": advanced.RULES,
    "meta": meta.RULES,
}

RULES: dict[str, Rule] = {rule.code: rule for rules in CATEGORIES.values() for rule in rules}


def category_of(rule: Rule) -> str:
    """The name of the category that declares ``rule``."""
    return next(name for name, rules in CATEGORIES.items() if rule in rules)
