"""Comments that silence nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from dbos_lint.diagnostic import Diagnostic, Scope
from dbos_lint.fix import Applicability, Fix
from dbos_lint.records import NamedTuple
from dbos_lint.rules.declared.meta import UNUSED_SUPPRESSION
from dbos_lint.rules.registry import RULES
from dbos_lint.semantics.collect import Collected, head_rows
from dbos_lint.syntax.removal import without
from dbos_lint.syntax.suppressions import NamedCode, Suppression, Suppressions

_OWN = UNUSED_SUPPRESSION.code


class Unused(NamedTuple):
    """The comments of one file, whose text is ``lines``. ``require_reason`` and ``noqa`` tell which of them count."""

    comments: Suppressions
    filename: str
    lines: Sequence[str]
    require_reason: bool
    noqa: bool

    def diagnostics(
        self, found: Collection[Diagnostic], enabled: frozenset[str], collected: Collected
    ) -> Iterator[Diagnostic]:
        """What is to be said of comments that silence none of ``found``, and that other comments do not silence."""
        # Some rules look at two states of a program: nothing here tells what they find.
        judged = {code for code in enabled if RULES[code].scope is not Scope.REVISIONS}
        unused = self.comments.unused(found, judged, RULES, require_reason=self.require_reason, noqa=self.noqa)
        said: list[tuple[Suppression | None, NamedCode, Diagnostic]] = [
            (
                comment,
                named,
                self._said(named, f"no finding here is of {named.code}, so that this comment silences nothing"),
            )
            for comment, named in unused
            if named.code != _OWN
        ]
        heads = {row for node, _ in collected.nodes.functions for row in head_rows(node)}
        said += [
            (None, named, self._said(named, "this comment stands on no function's head and declares nothing"))
            for named in self.comments.declarations
            if named.start.row not in heads
        ]
        beside: dict[int, list[Suppression | None]] = {}
        for comment, _, diagnostic in said:
            beside.setdefault(diagnostic.start.row, []).append(comment)
        silencing = _ByRow(each for each in self.comments.counting(self.require_reason, self.noqa) if each.names(_OWN))
        shown: list[tuple[Suppression | None, NamedCode, Diagnostic]] = []
        together: dict[int, list[NamedCode]] = {}
        for comment, named, diagnostic in said:
            is_used = comment is not None and _OWN.startswith(named.code) and _silences_another(comment, said, beside)
            # No comment silences what is said of itself, unless it says so.
            if not is_used and not any(
                each is not comment or _OWN in [own.code for own in each.codes]
                for each in silencing.at(diagnostic.start.row)
            ):
                shown.append((comment, named, diagnostic))
                together.setdefault(id(comment), []).append(named)
        # What one comment names in vain goes in one go.
        comments = dict.fromkeys(id(comment) for comment, _, _ in shown if comment is not None)
        fixes = {comment: self._fix(together[comment]) for comment in comments}
        for comment, named, diagnostic in shown:
            yield diagnostic._replace(fix=self._fix([named]) if comment is None else fixes[id(comment)])

    def _fix(self, named: Collection[NamedCode]) -> Fix | None:
        change = without(self.lines, named)
        if change is None:
            return None
        codes = ", ".join(each.code for each in named)
        return Fix(f"delete '{codes}' from the comment", Applicability.SAFE, (change,))

    def _said(self, named: NamedCode, what: str) -> Diagnostic:
        statement = (named.start.row, named.start.row)
        return Diagnostic(
            UNUSED_SUPPRESSION, self.filename, named.start, named.end, f"{what}: delete it", statement=statement
        )


class _ByRow:
    """Comments by the rows that they speak of."""

    def __init__(self, comments: Iterable[Suppression]) -> None:
        self._of_file: list[Suppression] = []
        self._rows: dict[int, list[Suppression]] = {}
        for comment in comments:
            if comment.rows is None:
                self._of_file.append(comment)
            for row in comment.rows or ():
                self._rows.setdefault(row, []).append(comment)

    def at(self, row: int) -> Iterator[Suppression]:
        yield from self._rows.get(row, ())
        yield from self._of_file


def _silences_another(
    comment: Suppression,
    said: Sequence[tuple[Suppression | None, NamedCode, Diagnostic]],
    beside: Mapping[int, Sequence[Suppression | None]],
) -> bool:
    """Whether something is ``said`` of another comment on the rows of ``comment``; ``beside`` tells of which, there."""
    if comment.rows is None:
        return any(other is not comment for other, _, _ in said)
    return any(other is not comment for row in comment.rows for other in beside.get(row, ()))
