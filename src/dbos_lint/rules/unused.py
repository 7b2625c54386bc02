"""Comments that silence nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from dbos_lint.dataclasses import dataclass, replace
from dbos_lint.diagnostic import Diagnostic, Scope
from dbos_lint.fix import Applicability, Fix
from dbos_lint.rules.declared.meta import UNUSED_SUPPRESSION
from dbos_lint.rules.registry import RULES
from dbos_lint.semantics.collect import Collected, head_rows
from dbos_lint.syntax.removal import without
from dbos_lint.syntax.suppressions import NamedCode, Suppression, Suppressions

_OWN = UNUSED_SUPPRESSION.code


@dataclass(frozen=True, slots=True)
class Unused:
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
        shown: list[tuple[Suppression | None, NamedCode, Diagnostic]] = []
        for comment, named, diagnostic in said:
            others = [each for other, _, each in said if other is not comment]
            is_used = (
                comment is not None and _OWN.startswith(named.code) and any(_covers(comment, each) for each in others)
            )
            if not is_used and not self._is_silenced(diagnostic, comment):
                shown.append((comment, named, diagnostic))
        for comment, named, diagnostic in shown:
            # What one comment names in vain goes in one go.
            together = [other for its, other, _ in shown if comment is not None and its is comment]
            yield replace(diagnostic, fix=self._fix(together or [named]))

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

    def _is_silenced(self, diagnostic: Diagnostic, own: Suppression | None) -> bool:
        """Whether a comment silences what is said of ``own``: no comment does so for itself, unless it says so."""
        counting = self.comments.counting(self.require_reason, self.noqa)
        return any(
            _covers(comment, diagnostic)
            for comment in counting
            if comment is not own or _OWN in [named.code for named in comment.codes]
        )


def _covers(comment: Suppression, diagnostic: Diagnostic) -> bool:
    return comment.covers(diagnostic.code, (diagnostic.start.row,))
