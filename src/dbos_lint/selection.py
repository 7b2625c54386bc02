"""Which rules are on: codes, prefixes of codes and ``ALL``, the longest prefix winning.

Without ``select`` every rule is on that is neither advice nor preview, with the preset ``all`` advice too. A prefix
selects advice too; a preview
rule is on only where its whole code is selected. DBS001 is on unless it is ignored, whatever is selected:
otherwise a file that nobody could read would pass for a clean one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from dbos_lint.diagnostic import Rule
from dbos_lint.paths import absolute
from dbos_lint.patterns import matcher
from dbos_lint.rules.declared.meta import UNREADABLE_FILE
from dbos_lint.rules.registry import RULES
from dbos_lint.settings import Settings

ALL = "ALL"
# A category's prefix is known before its first rule is: configurations outlive releases.
_CATEGORY = re.compile(r"DBS\d?")


def is_selector(text: str) -> bool:
    """Whether ``text`` may stand in ``select`` and its kin."""
    return text == ALL or bool(_CATEGORY.fullmatch(text)) or (text.startswith("DBS") and bool(_codes_with_prefix(text)))


def closest_selector(text: str) -> str | None:
    """The code that was perhaps meant by ``text``, which is no selector: a rule's name, or a slip of the finger."""
    import difflib

    by_name = {rule.name: code for code, rule in RULES.items()}
    if text in by_name:
        return by_name[text]
    near = difflib.get_close_matches(text.upper(), [*RULES, ALL], n=1)
    return near[0] if near else None


def enabled_codes(settings: Settings) -> frozenset[str]:
    """The codes of the rules that are on, and true for the target version of dbos."""
    codes = _of_settings(settings)
    return _true_for(codes, settings.dbos_version)


def ignored_for(settings: Settings, filename: str) -> frozenset[str]:
    """The codes that ``per-file-ignores`` turns off for ``filename``, absolute or relative to the working folder."""
    if not settings.per_file_ignores:
        return frozenset()
    path = absolute(filename)
    known = _ignoring(settings.per_file_ignores, settings.root)
    return frozenset().union(*(codes for matches, negated, codes in known if matches(path) is not negated))


@lru_cache(maxsize=64)
def _ignoring(
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...], root: str
) -> tuple[tuple[Callable[[str], bool], bool, frozenset[str]], ...]:
    """Of each pattern, what it matches, whether it stands for all else, and the codes that it turns off: made once for
    all files, for there may be as many patterns as files."""
    return tuple(
        (
            matcher((pattern[(negated := pattern.startswith("!")) :],), root),
            negated,
            frozenset(code for selector in selectors for code in _matching(selector)),
        )
        for pattern, selectors in per_file_ignores
    )


def override(
    settings: Settings,
    *,
    select: tuple[str, ...] | None,
    ignore: tuple[str, ...],
    extend_select: tuple[str, ...],
    extend_ignore: tuple[str, ...],
) -> Settings:
    """``settings`` as the command line changes them.

    ``select`` starts afresh; without it the other options change what ``settings`` turn on, and win over it
    however short their prefixes are.
    """
    if select is not None:
        return settings._replace(select=select, ignore=ignore, extend_select=extend_select, extend_ignore=extend_ignore)
    codes = set(_of_settings(settings))
    _apply(codes, extend_select, ignore + extend_ignore)
    return settings._replace(
        select=tuple(sorted(codes)),
        ignore=tuple(sorted(RULES.keys() - codes)),
        extend_select=(),
        extend_ignore=(),
    )


@lru_cache(maxsize=64)
def fixable_codes(settings: Settings) -> frozenset[str]:
    """The codes of the rules whose findings may be mended."""
    codes = set(RULES) if settings.fixable is None else set[str]()
    _apply(codes, settings.fixable or (), settings.unfixable)
    return frozenset(codes)


def override_fixable(settings: Settings, fixable: tuple[str, ...] | None, unfixable: tuple[str, ...]) -> Settings:
    """``settings`` as the command line changes what may be mended: ``fixable`` starts afresh, as ``select`` does."""
    if fixable is not None:
        return settings._replace(fixable=fixable, unfixable=unfixable)
    codes = set(fixable_codes(settings))
    _apply(codes, (), unfixable)
    return settings._replace(fixable=tuple(sorted(codes)), unfixable=())


def _of_settings(settings: Settings) -> frozenset[str]:
    select = (ALL,) if settings.select is None and settings.preset == "all" else settings.select
    return _selected(select, settings.extend_select, settings.ignore + settings.extend_ignore)


@lru_cache(maxsize=64)
def _selected(
    select: tuple[str, ...] | None, extend_select: tuple[str, ...], ignore: tuple[str, ...]
) -> frozenset[str]:
    codes = {code for code, rule in RULES.items() if rule.on_by_default} if select is None else set[str]()
    codes.add(UNREADABLE_FILE.code)
    _apply(codes, (select or ()) + extend_select, ignore)
    return frozenset(codes)


def _apply(codes: set[str], selectors: Sequence[str], ignores: Sequence[str]) -> None:
    """Turn on what ``selectors`` match and off what ``ignores`` match, the most specific last, an ignore after a
    selector of the same length."""
    steps = {(_specificity(text), False, text) for text in selectors}
    steps |= {(_specificity(text), True, text) for text in ignores}
    for _, off, text in sorted(steps):
        if off:
            codes.difference_update(_matching(text))
        else:
            codes.update(code for code in _matching(text) if code == text or not RULES[code].preview)


def _specificity(selector: str) -> int:
    return 0 if selector == ALL else len(selector)


def _matching(selector: str) -> Iterable[str]:
    return RULES if selector == ALL else _codes_with_prefix(selector)


def _codes_with_prefix(prefix: str) -> list[str]:
    return [code for code in RULES if code.startswith(prefix)]


@lru_cache(maxsize=64)
def _true_for(codes: frozenset[str], version: str) -> frozenset[str]:
    return frozenset(code for code in codes if _is_true_for(RULES[code], _release(version)))


def _is_true_for(rule: Rule, version: tuple[int, ...]) -> bool:
    not_yet = rule.since is not None and version < _release(rule.since)
    no_longer = rule.until is not None and version >= _release(rule.until)
    return not (not_yet or no_longer)


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
