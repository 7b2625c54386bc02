"""What is known of a rule, as text and as data."""

from __future__ import annotations

from dbos_lint.diagnostic import Rule
from dbos_lint.links import page_url
from dbos_lint.pages import page
from dbos_lint.rules.registry import RULES, category_of

_REFERENCE = "https://docs.dbos.dev/"


def find(name: str) -> Rule | None:
    """The rule with this code or name."""
    return RULES.get(name.upper()) or next((rule for rule in RULES.values() if rule.name == name.lower()), None)


def every_rule() -> tuple[Rule, ...]:
    """All rules, by code."""
    return tuple(RULES[code] for code in sorted(RULES))


def closest(name: str) -> str | None:
    """The code or name that was perhaps meant by ``name``."""
    from difflib import get_close_matches

    upper = get_close_matches(name.upper(), RULES, n=1)
    lower = get_close_matches(name.lower(), [rule.name for rule in RULES.values()], n=1)
    return next(iter(lower if "-" in name else upper + lower), None)


def as_text(rule: Rule) -> str:
    """The rule's page; where none is installed, what its declaration says."""
    return page(rule.code) or f"# {rule.code}: {rule.name}\n\n{rule.summary}\n"


def as_json(rule: Rule) -> dict[str, object]:
    return {
        "code": rule.code,
        "name": rule.name,
        "category": category_of(rule),
        "level": rule.level.value,
        "scope": rule.scope.value,
        "summary": rule.summary,
        "fix": rule.fix.value,
        "since": rule.since,
        "until": rule.until,
        "preview": rule.preview,
        "on_by_default": rule.on_by_default,
        "url": page_url(rule.code),
        "reference": _REFERENCE + rule.reference,
        "explanation": page(rule.code),
    }
