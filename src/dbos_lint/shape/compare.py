"""What changed between two snapshots that runs in flight would stumble over."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from dbos_lint.diagnostic import Level, Rule
from dbos_lint.records import NamedTuple
from dbos_lint.rules.declared.advanced import PATCH_REMOVED_EARLY, STEP_RENAMED, WORKFLOW_SHAPE_CHANGED
from dbos_lint.shape.layout import Line, Token
from dbos_lint.shape.snapshot import Declared, Snapshot
from dbos_lint.shape.values import Place

# Comparing takes as many steps as the lines have pairs of like tokens where they differ: of more, so many tokens are
# compared from the first difference on.
_MOST_PAIRS = 250_000
_WINDOW = 500


class Change(NamedTuple):
    """A finding in the new revision; ``level`` is None where it is the rule's."""

    rule: Rule
    place: Place
    message: str
    level: Level | None


def compare(old: Snapshot, new: Snapshot) -> list[Change]:
    """The changes, in no order. There are none where the application gets another version by its configuration."""
    named = old.versions - {None}, new.versions - {None}
    if named[0] and named[1] and not named[0] & named[1]:
        return []
    return list(_changes(old, new, None if named[1] else Level.WARNING))


def _changes(old: Snapshot, new: Snapshot, level: Level | None) -> Iterator[Change]:
    renamed: dict[str, str] = {}
    for before in old.workflows():
        after = new.declared.get(before.name)
        if after is None:
            after = _successor(old, new, before)
            if after is None:
                continue
            yield Change(
                STEP_RENAMED,
                after.place,
                f"workflow '{before.name}' is called '{after.name}' now: recovery finds no workflow of the old name, "
                f"and its runs stay PENDING; keep the name with name='{before.name}'",
                level,
            )
        elif after.function in new.shapes:
            yield from _of_workflow(old, new, before, after, level, renamed)
    for name, successor in renamed.items():
        yield Change(
            STEP_RENAMED,
            new.declared[successor].place,
            f"step '{name}' is called '{successor}' now: runs that have recorded the old name fail with "
            f"DBOSUnexpectedStepError; keep the name with name='{name}'",
            level,
        )


def _of_workflow(
    old: Snapshot, new: Snapshot, before: Declared, after: Declared, level: Level | None, renamed: dict[str, str]
) -> Iterator[Change]:
    had, has = old.layout.patches(before.function), new.layout.patches(after.function)
    lost = had.asked - has.asked - has.deprecated
    for name in sorted(lost):
        yield Change(
            PATCH_REMOVED_EARLY,
            after.place,
            f"patch '{name}' is gone from workflow '{after.name}': runs that have recorded its marker fail with "
            f"DBOSUnexpectedStepError; call DBOS.deprecate_patch('{name}') there until they have ended",
            Level.WARNING,
        )
    known = had.asked | had.deprecated
    forgotten = lost | (had.deprecated - has.asked - has.deprecated)
    first = old.layout.line(before.function, lambda _: True, lambda name: name not in forgotten)
    second = new.layout.line(after.function, known.__contains__, known.__contains__)
    changed = list(_differences(old, new, *_comparable(first, second), renamed))
    if changed:
        place, what = changed[0]
        yield Change(
            WORKFLOW_SHAPE_CHANGED,
            place or after.place,
            f"workflow '{after.name}' {what}: {_consequence(level)}; put the change into 'if DBOS.patch(...):', or "
            "give the application another version",
            level,
        )


def _comparable(first: Line, second: Line) -> tuple[Sequence[Token], Sequence[Token]]:
    """As much of two lines as is known of both."""
    one, other = first.tokens, second.tokens
    if first.cut or second.cut:
        length = min(len(one), len(other))
        return one[:length], other[:length]
    return one, other


def _consequence(level: Level | None) -> str:
    if level is None:
        return "the version of the application is the same, so runs in flight go on with this code and fail"
    return "runs in flight cannot go on with this code"


def _differences(
    old: Snapshot, new: Snapshot, first: Sequence[Token], second: Sequence[Token], renamed: dict[str, str]
) -> Iterator[tuple[Place | None, str]]:
    """Where the lines differ, and how; what is merely called otherwise goes into ``renamed``."""
    for start, end, begin, stop in _stretches(_texts(first), _texts(second)):
        gone = [token.text for token in first[start:end] if token.recorded]
        come = [token for token in second[begin:stop] if token.recorded]
        pairs = list(zip(gone, [token.text for token in come], strict=False))
        if len(gone) == len(come) and pairs and all(_is_rename(old, new, *pair) for pair in pairs):
            renamed.update(pairs)
        elif come:
            yield come[0].place, f"calls {_quoted(token.text for token in come)}{_instead(gone)}"
        elif gone:
            yield _next_place(second, begin), f"no longer calls {_quoted(gone)} here"
        else:
            yield _next_place(second, begin), "calls the same under other conditions"


def _stretches(first: Sequence[str], second: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Where they differ: from where to where in the one, and in the other. What they begin and end with is looked at
    once."""
    most = min(len(first), len(second))
    head = next((n for n in range(most) if first[n] != second[n]), most)
    tail = next((n for n in range(most - head) if first[-1 - n] != second[-1 - n]), most - head)
    one, other = first[head : len(first) - tail], second[head : len(second) - tail]
    counts = Counter(other)
    if sum(counts[text] for text in one) > _MOST_PAIRS:
        one, other = one[:_WINDOW], other[:_WINDOW]
    for tag, start, end, begin, stop in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag != "equal":
            yield head + start, head + end, head + begin, head + stop


def _texts(tokens: Sequence[Token]) -> list[str]:
    return [token.text for token in tokens]


def _instead(gone: list[str]) -> str:
    return f" in place of {_quoted(gone)}" if gone else ", which it did not"


def _quoted(names: Iterable[str]) -> str:
    listed = [f"'{name}'" for name in dict.fromkeys(names)]
    return ", ".join(listed[:3]) + (" ..." if len(listed) > 3 else "")


def _next_place(tokens: Sequence[Token], index: int) -> Place | None:
    return next((token.place for token in tokens[index:] if token.place is not None), None)


def _is_rename(old: Snapshot, new: Snapshot, before: str, after: str) -> bool:
    """Whether what was called ``before`` is called ``after`` now, to judge by who is there."""
    if before not in old.declared or after not in new.declared or before in new.declared or after in old.declared:
        return False
    return old.declared[before].kind == new.declared[after].kind


def _successor(old: Snapshot, new: Snapshot, before: Declared) -> Declared | None:
    """The workflow that a workflow has become, if there is one of the same shape, or of the same last name."""
    wanted = old.layout.texts(before.function)
    for after in new.workflows():
        if after.name in old.declared:
            continue
        same_name = after.name.rpartition(".")[2] == before.name.rpartition(".")[2]
        if same_name or (wanted and new.layout.texts(after.function) == wanted):
            return after
    return None
