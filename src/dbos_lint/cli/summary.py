"""The last lines of a run, in ruff's words: what was found, what was fixed, what could be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from dbos_lint.paths import shown
from dbos_lint.wording import counted

if TYPE_CHECKING:
    from dbos_lint.diagnostic import Diagnostic


class Offers:
    """How many findings ``--fix`` would mend, and how many more it would with ``--unsafe-fixes``."""

    __slots__ = ("fixable", "hidden")

    def __init__(self, fixable: int = 0, hidden: int = 0) -> None:
        self.fixable = fixable
        self.hidden = hidden


def closing(remaining: int, fixed: int, offers: Offers) -> str:
    """What stands below the findings."""
    if fixed:
        found = f"Found {counted(fixed + remaining, 'error')} ({fixed} fixed, {remaining} remaining).\n"
    else:
        found = f"Found {counted(remaining, 'error')}.\n" if remaining else "All checks passed!\n"
    return found + _offered(offers)


def unknown(failed: int, left_out: int, unresolved: int, varied: int = 0) -> str:
    """What the run cannot vouch for: nothing that could not be judged passes for clean."""
    parts = [
        f"{counted(failed, 'file')} could not be linted" if failed else "",
        f"{counted(left_out, 'file')} {'was' if left_out == 1 else 'were'} skipped" if left_out else "",
        f"{counted(unresolved, 'call')} could not be followed" if unresolved else "",
        f"{counted(varied, 'file')} could be followed in part only" if varied else "",
    ]
    told = ", ".join(part for part in parts if part)
    return f"{told}: -v lists {'it' if failed + left_out + unresolved + varied == 1 else 'them'}.\n" if told else ""


def _offered(offers: Offers) -> str:
    hidden = f"({_hidden(offers.hidden)} can be enabled with the `--unsafe-fixes` option)"
    if offers.fixable and offers.hidden:
        return f"[*] {offers.fixable} fixable with the `--fix` option {hidden}.\n"
    if offers.fixable:
        return f"[*] {offers.fixable} fixable with the `--fix` option.\n"
    return f"No fixes available {hidden}.\n" if offers.hidden else ""


def fixes_only(fixed: int, hidden: int, *, would: bool) -> str:
    """What there is to say where findings are of no interest: ``would``, if nothing was written."""
    more = f"{hidden}{' additional' if fixed else ''} fix{'' if hidden == 1 else 'es'}"
    suffix = f" ({more} available with `--unsafe-fixes`)" if hidden else ""
    if fixed:
        return f"{'Would fix' if would else 'Fixed'} {counted(fixed, 'error')}{suffix}.\n"
    return f"No errors {'would be ' if would else ''}fixed{suffix}.\n" if hidden else ""


def enumeration(fixed: Iterable[tuple[str, Sequence[Diagnostic]]], cwd: str) -> str:
    """How often each rule was fixed, file by file."""
    files = [(name, some) for name, some in fixed if some]
    if not files:
        return ""
    from dbos_lint.reporters.terminal import harmless

    lines = [f"\nFixed {counted(sum(len(some) for _, some in files), 'error')}:"]
    for name, some in files:
        lines.append(f"- {harmless(shown(name, cwd))}:")
        counts = Counter(found.rule for found in some)
        digits = len(str(max(counts.values())))
        rules = sorted(counts, key=lambda rule: (-counts[rule], rule.code))
        lines += (f"    {counts[rule]:>{digits}} × {rule.code} ({rule.name})" for rule in rules)
    return "\n".join(lines) + "\n\n"


def _hidden(count: int) -> str:
    return f"{count} hidden fix{'' if count == 1 else 'es'}"
