"""What was known of a project, changed by what a run has learnt."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from dbos_lint.cache.stamps import Stamps
from dbos_lint.cache.table import CLEAN, FINDINGS, Row, Table, closure, leading_to
from dbos_lint.consulted import FOUND, GROUPS, OUTLINES, TOLD, WHOLE, Consulted
from dbos_lint.records import NamedTuple


class Knowledge(NamedTuple):
    """What was known before a run, what the run found to be ``changed`` or the ``same`` by reading it, and what it has
    seen."""

    table: Table
    findings: Mapping[str, Any]
    changed: AbstractSet[int]
    same: AbstractSet[str]
    sights: Mapping[str, str]


def merged(
    known: Knowledge, consulted: Consulted, outcomes: Mapping[str, Any], stamps: Stamps
) -> tuple[Table, dict[str, Any]]:
    """The table, and the findings, of all that is known now and that something rests on."""
    old = known.table
    ways = {number: old.steps(number) for number in range(len(old.rows))}
    # What was told once more, and is as it was, holds whatever has become of what it rests on.
    told = {name for name in consulted.states if name.startswith(TOLD)}
    verified = {old.number[name] for name in told if name in old.number}
    changed = known.changed | {
        old.number[path]
        for path, state in consulted.states.items()
        if path in old.number and old.rows[old.number[path]].state not in ("", state)
    }
    stale = leading_to(changed, {at: () if at in verified else ways[at] for at in ways}) if changed else frozenset()
    lost = changed | {number for number in stale if old.rows[number].path.startswith(TOLD)}
    states = {row.path: row.state for number, row in enumerate(old.rows) if row.state and number not in lost}
    states |= consulted.states
    led = {old.rows[at].path: {old.rows[step].path for step in ways[at]} for at in ways if at not in changed}
    groups = [path for path in consulted.led if path.startswith(GROUPS) and path != OUTLINES]
    for path in (*outcomes, *told, *groups):
        led.pop(path, None)  # what was asked for it before counts no more
    for path, steps in consulted.led.items():
        led[path] = led.get(path, set()) | steps
    found = {
        row.path: CLEAN if row.outcome == CLEAN else known.findings.get(row.path)
        for number, row in enumerate(old.rows)
        if row.outcome and number not in stale and stamps.exists(row.path)
    }
    found |= outcomes

    read = consulted.states.keys() | known.sights.keys() | known.same
    new_stamps = {path: stamps.of(path) for path in read if not path.startswith((FOUND, TOLD, WHOLE, *GROUPS))}
    sights = {
        row.path: row.sight
        for number, row in enumerate(old.rows)
        if row.sight and (row.path in known.same or new_stamps.get(row.path, row.stamp) == row.stamp)
    }
    sights |= known.sights
    all_stamps = {row.path: row.stamp for row in old.rows} | new_stamps
    return _assembled(states, led, found, _existing(sights, new_stamps, stamps), consulted.torn, all_stamps)


def _existing(sights: Mapping[str, str], read: Mapping[str, str], stamps: Stamps) -> dict[str, str]:
    """The sights of files that have not gone meanwhile."""
    return {path: sight for path, sight in sights.items() if path in read or stamps.exists(path)}


def _assembled(
    states: Mapping[str, str],
    led: Mapping[str, set[str]],
    found: Mapping[str, Any],
    sights: Mapping[str, str],
    torn: AbstractSet[str],
    stamps: Mapping[str, str],
) -> tuple[Table, dict[str, Any]]:
    names = list(dict.fromkeys((*states, *sights)))
    number = {path: at for at, path in enumerate(names)}
    ways = {at: [number[step] for step in led.get(path, ()) if step in number] for path, at in number.items()}
    # A line cannot hold a name with a line break, so that nothing is kept which rests on it.
    odd = {number[path] for path in names if path in torn or "\n" in path}
    # Nor is anything that rests on an answer which nobody knows any more.
    gone = {path for path, steps in led.items() if any(step.startswith(TOLD) and step not in states for step in steps)}
    odd |= {number[path] for path in gone if path in number}
    lost = leading_to(odd, ways) if odd else frozenset()
    kept = {path: each for path, each in found.items() if each is not None and number.get(path, -1) not in lost}
    used = closure((number[path] for path in kept if path in number), ways)
    order = [at for at, path in enumerate(names) if at in used or (path in sights and at not in odd)]
    place = {at: str(line) for line, at in enumerate(order)}
    rows = (
        Row(
            path := names[at],
            stamps.get(path, ""),
            states.get(path, "") if at in used else "",
            sights.get(path, ""),
            " ".join(place[step] for step in ways[at]) if at in used else "",
            "" if path not in kept else CLEAN if kept[path] == CLEAN else FINDINGS,
        )
        for at in order
    )
    return Table(rows), {path: each for path, each in kept.items() if each != CLEAN and path in number}
