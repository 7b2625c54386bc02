"""What Pants loads: ``pants lint`` runs dbos-lint then, and Pants remembers what it said."""

from dbos_lint_plugin import rules as _rules


def rules():
    """The rules of this backend."""
    return _rules.rules()
